-- Webhooks have no jobs of River's any more: builds before schema 5, which know no couriers, would not find them.
-- compatible-with: 5

-- +goose Up
COMMENT ON COLUMN payments.payment_history_webhooks.job IS 'of a release before schema 8';
