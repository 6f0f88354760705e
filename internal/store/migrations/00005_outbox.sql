-- Webhooks are their own queue: who delivers them takes them from their table.
-- compatible-with: 2

-- +goose NO TRANSACTION
-- Each statement on its own: the indexes are built beside the writers. What an interrupted build has left is not valid, and
-- built anew.

-- +goose Up
ALTER TABLE payments.payment_history_webhooks
    -- When a courier may take it; while one has it, when another may. Null: none may. It is settled, or waits for an earlier
    -- one of its payment, or a worker of the release before has queued it, which knows no couriers.
    ADD COLUMN IF NOT EXISTS due_at timestamptz,
    -- When it was queued, or queued again by a person, and how often it was tried since. Null: at created_at.
    ADD COLUMN IF NOT EXISTS queued_at timestamptz,
    ADD COLUMN IF NOT EXISTS attempts int NOT NULL DEFAULT 0,
    -- The River job by which a worker of the release before would deliver it.
    ADD COLUMN IF NOT EXISTS job bigint,
    -- The trace of the request that queued it, as JSON of its headers. Null: nobody keeps one.
    ADD COLUMN IF NOT EXISTS trace text;
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_history_webhooks_due_idx;
CREATE INDEX CONCURRENTLY payment_history_webhooks_due_idx ON payments.payment_history_webhooks (due_at)
    WHERE state = 'pending' AND due_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_history_webhooks_waiting_idx;
CREATE INDEX CONCURRENTLY payment_history_webhooks_waiting_idx ON payments.payment_history_webhooks (payment_history_id)
    WHERE state = 'pending' AND due_at IS NULL;
