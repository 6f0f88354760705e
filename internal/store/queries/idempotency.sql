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

-- name: DropIdempotencyKeys :exec
DELETE FROM payments.payment_idempotency_keys WHERE created_at < sqlc.arg(before);

-- name: DropEarlyWebhooks :exec
DELETE FROM payments.payment_early_webhooks WHERE received_at < sqlc.arg(before);
