-- The index that the one of schema 6 replaces goes.
-- compatible-with: 2

-- +goose NO TRANSACTION
-- On its own: one that waits too long has to be tried again, and not the building of the other.

-- +goose Up
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_histories_order_idx;
