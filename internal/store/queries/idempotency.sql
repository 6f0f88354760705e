-- name: ClaimIdempotencyKey :execrows
INSERT INTO payments.payment_idempotency_keys AS k (operation, key, request_hash, created_at)
VALUES ($1, $2, $3, now())
ON CONFLICT (operation, key) DO UPDATE SET request_hash = excluded.request_hash, status = NULL, body = NULL, created_at = now()
WHERE k.created_at < sqlc.arg(expired);

-- name: IdempotencyKey :one
SELECT request_hash, status, body FROM payments.payment_idempotency_keys WHERE operation = $1 AND key = $2;

-- name: KeepAnswer :exec
-- The first answer stays: two requests under one key may end at different moments, and read different records.
UPDATE payments.payment_idempotency_keys SET status = $3, body = $4 WHERE operation = $1 AND key = $2 AND status IS NULL;

-- name: DropIdempotencyKeys :execrows
-- By their places, since a join would read the whole backlog for each batch. The age is asked for again: a key that is
-- claimed anew meanwhile stays.
DELETE FROM payments.payment_idempotency_keys d WHERE d.created_at < sqlc.arg(before) AND d.ctid = ANY (ARRAY(
    SELECT k.ctid FROM payments.payment_idempotency_keys k WHERE k.created_at < sqlc.arg(before) LIMIT sqlc.arg(most)
));

-- name: DropEarlyWebhooks :execrows
DELETE FROM payments.payment_early_webhooks d WHERE d.received_at < sqlc.arg(before) AND d.ctid = ANY (ARRAY(
    SELECT w.ctid FROM payments.payment_early_webhooks w WHERE w.received_at < sqlc.arg(before) LIMIT sqlc.arg(most)
));
