-- name: HistoriesByID :many
-- The array hides in a SELECT, here and elsewhere: PostgreSQL would believe that a plan made for its very length is
-- better than the prepared one, and plan each time anew, which takes longer than the query.
SELECT id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, currency, price, refund,
       webhook_url, data, password, created_at, paid_at, cancelled_at, revision
FROM payments.payment_histories WHERE id = ANY((SELECT @ids::uuid[])::uuid[]);

-- name: HistoryBySource :one
SELECT id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, currency, price, refund,
       webhook_url, data, password, created_at, paid_at, cancelled_at, revision
FROM payments.payment_histories WHERE source_schema = $1 AND source_table = $2 AND source_id = $3;

-- name: HistoryOf :one
-- Of the source, or else of the payment. No OR, here and in HistoryTaken: our connections may not combine two indexes (see
-- Open), so it would read the whole table.
SELECT id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, currency, price, refund,
       webhook_url, data, password, created_at, paid_at, cancelled_at, revision
FROM payments.payment_histories
WHERE id = coalesce(
    (SELECT s.id FROM payments.payment_histories s WHERE s.source_schema = $1 AND s.source_table = $2 AND s.source_id = $3),
    (SELECT v.id FROM payments.payment_histories v WHERE v.vendor_code = $4 AND v.vendor_uid = $5));

-- name: HistoryByVendor :one
SELECT id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, currency, price, refund,
       webhook_url, data, password, created_at, paid_at, cancelled_at, revision
FROM payments.payment_histories WHERE vendor_code = $1 AND vendor_uid = $2;

-- name: CancelsOf :many
SELECT amount, reason, data, created_at, id, ordinal
FROM payments.payment_history_cancels WHERE payment_history_id = $1 ORDER BY ordinal;

-- name: RevisionOf :one
SELECT revision FROM payments.payment_histories WHERE id = $1;

-- name: UpdateHistory :execrows
UPDATE payments.payment_histories
SET currency = $2, price = $3, refund = $4, data = $5, paid_at = $6, cancelled_at = $7, revision = $8
WHERE id = $1 AND revision = $8 - 1;

-- name: DeleteCancels :exec
DELETE FROM payments.payment_history_cancels WHERE payment_history_id = $1;

-- name: InsertCancel :exec
INSERT INTO payments.payment_history_cancels (id, payment_history_id, ordinal, amount, reason, data, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: HistoryTaken :one
SELECT (EXISTS (SELECT FROM payments.payment_histories s
                WHERE s.source_schema = $1 AND s.source_table = $2 AND s.source_id = $3)
     OR EXISTS (SELECT FROM payments.payment_histories v WHERE v.vendor_code = $4 AND v.vendor_uid = $5))::bool;

-- name: LockHistory :one
SELECT revision FROM payments.payment_histories WHERE id = $1 FOR UPDATE;

-- name: HistoriesOfOrder :many
SELECT id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, currency, price, refund,
       webhook_url, data, password, created_at, paid_at, cancelled_at, revision
FROM payments.payment_histories WHERE vendor_code = $1 AND source_id = $2
ORDER BY created_at DESC, id LIMIT 10;
