-- What we keep beyond the original.
-- compatible-with: 2

-- +goose Up

-- Money is decimal. PostgreSQL casts float8 to numeric through its shortest 15-digit text, so 0.1 becomes 0.1.
ALTER TABLE payments.payment_histories
    ALTER COLUMN price  TYPE numeric USING price::numeric,
    ALTER COLUMN refund TYPE numeric USING refund::numeric,
    -- Counts the changes of a record. It orders its webhooks, and tells a stale snapshot of the PG from a fresh one.
    ADD COLUMN revision bigint NOT NULL DEFAULT 0;

-- Toss announces a deposit by the order alone.
CREATE INDEX payment_histories_order_idx ON payments.payment_histories (vendor_code, source_id);

-- The original told cancels apart by (amount, reason, time), which merged two equal refunds of the same instant. A cancel is
-- identified by its place in the PG's own list.
-- +goose StatementBegin
DO $$
DECLARE
    index_name text;
BEGIN
    FOR index_name IN
        SELECT i.indexrelid::regclass::text FROM pg_index i
        WHERE i.indrelid = 'payments.payment_history_cancels'::regclass AND i.indisunique AND NOT i.indisprimary
    LOOP
        EXECUTE 'DROP INDEX ' || index_name;
    END LOOP;
END $$;
-- +goose StatementEnd
ALTER TABLE payments.payment_history_cancels
    ALTER COLUMN amount TYPE numeric USING amount::numeric,
    ADD COLUMN ordinal int;
UPDATE payments.payment_history_cancels c
SET ordinal = o.ordinal
FROM (SELECT id, row_number() OVER (PARTITION BY payment_history_id ORDER BY created_at, id) - 1 AS ordinal
      FROM payments.payment_history_cancels) o
WHERE o.id = c.id;
ALTER TABLE payments.payment_history_cancels ALTER COLUMN ordinal SET NOT NULL;
CREATE UNIQUE INDEX payment_history_cancels_ordinal_key ON payments.payment_history_cancels (payment_history_id, ordinal);

-- A webhook of ours: pending until the service has answered 2xx (delivered) or we gave up (dead). The original tried once.
ALTER TABLE payments.payment_history_webhooks
    ADD COLUMN revision bigint NOT NULL DEFAULT 0,
    ADD COLUMN state text NOT NULL DEFAULT 'delivered' CHECK (state IN ('pending', 'delivered', 'dead'));
ALTER TABLE payments.payment_history_webhooks ALTER COLUMN state SET DEFAULT 'pending';
CREATE INDEX payment_history_webhooks_unfinished_idx ON payments.payment_history_webhooks (payment_history_id, revision)
    WHERE state <> 'delivered';

-- What we are about to ask of a PG, or have asked without knowing the answer. It is committed before the PG is called.
CREATE TABLE payments.payment_intents (
    id              uuid PRIMARY KEY,
    kind            text        NOT NULL CHECK (kind IN ('capture', 'cancel')),
    -- sending: the PG may have been asked. undoing: captured wrongly, the refund may have been asked.
    -- done, declined, undone: settled, with evidence from the PG. manual: a person has to look.
    state           text        NOT NULL CHECK (state IN ('sending', 'undoing', 'done', 'declined', 'undone', 'manual')),
    history_id      uuid        NOT NULL,
    source_schema   varchar     NOT NULL,
    source_table    varchar     NOT NULL,
    source_id       varchar     NOT NULL,
    vendor_code     varchar     NOT NULL,
    vendor_uid      varchar     NOT NULL,
    vendor_store_id varchar     NOT NULL,
    client_key      text        NOT NULL, -- the Idempotency-Key of the client who asked for a cancel; empty for none
    request         text        NOT NULL, -- sealed
    outcome         text        NOT NULL DEFAULT '',
    resolver_job    bigint      NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
-- One open capture for a source and for a payment, one open cancel for a record: the PG is never asked twice at the same time.
CREATE UNIQUE INDEX payment_intents_capture_source_key ON payments.payment_intents (source_schema, source_table, source_id)
    WHERE kind = 'capture' AND state IN ('sending', 'undoing');
CREATE UNIQUE INDEX payment_intents_capture_vendor_key ON payments.payment_intents (vendor_code, vendor_uid)
    WHERE kind = 'capture' AND state IN ('sending', 'undoing');
CREATE UNIQUE INDEX payment_intents_cancel_key ON payments.payment_intents (history_id)
    WHERE kind = 'cancel' AND state = 'sending';
CREATE INDEX payment_intents_client_key_idx ON payments.payment_intents (history_id, client_key) WHERE client_key <> '';
CREATE INDEX payment_intents_open_idx ON payments.payment_intents (updated_at) WHERE state IN ('sending', 'undoing');

-- A PG's webhook that came before the service registered the payment: applied when the record comes.
CREATE TABLE payments.payment_early_webhooks (
    vendor_code varchar     NOT NULL,
    vendor_uid  varchar     NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (vendor_code, vendor_uid)
);
CREATE INDEX payment_early_webhooks_received_at_idx ON payments.payment_early_webhooks (received_at);

-- Answers to requests that carried an Idempotency-Key, for 24 hours. No status: still being worked on.
CREATE TABLE payments.payment_idempotency_keys (
    operation    text        NOT NULL,
    key          text        NOT NULL,
    request_hash bytea       NOT NULL,
    status       int,
    body         text, -- sealed
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (operation, key)
);
CREATE INDEX payment_idempotency_keys_created_at_idx ON payments.payment_idempotency_keys (created_at);
