-- What belongs to an order is found by the order first.
-- compatible-with: 2

-- +goose NO TRANSACTION
-- Each statement on its own: the index is built beside the writers. What an interrupted build has left is not valid, and
-- built anew.

-- +goose Up
-- With the vendor first, it looked as good as the key of (vendor_code, vendor_uid) to a plan made while the table was empty,
-- which then went through all payments of a vendor to find one.
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_histories_source_id_idx;
CREATE INDEX CONCURRENTLY payment_histories_source_id_idx ON payments.payment_histories (source_id, vendor_code);
