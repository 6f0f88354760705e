-- name: KeepEarlyWebhook :exec
INSERT INTO payments.payment_early_webhooks (vendor_code, vendor_uid, received_at) VALUES ($1, $2, now())
ON CONFLICT (vendor_code, vendor_uid) DO UPDATE SET received_at = excluded.received_at;

-- name: TakeEarlyWebhook :execrows
DELETE FROM payments.payment_early_webhooks WHERE vendor_code = $1 AND vendor_uid = $2;

-- name: InsertWebhook :exec
INSERT INTO payments.payment_history_webhooks (id, payment_history_id, previous, current, data, created_at, revision, state)
VALUES ($1, $2, $3, $4, $5, now(), $6, 'pending');
