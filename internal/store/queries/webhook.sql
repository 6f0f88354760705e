-- name: LockPayment :exec
-- Until the transaction ends: who stores a payment and who hears of it wait for each other, even before it has a row.
SELECT pg_advisory_xact_lock(hashtextextended(sqlc.arg(vendor_code)::text || ' ' || sqlc.arg(vendor_uid)::text, 0));

-- name: KeepEarlyWebhook :one
-- One that comes again goes to the end of the queue.
INSERT INTO payments.payment_early_webhooks (vendor_code, vendor_uid, received_at) VALUES ($1, $2, now())
ON CONFLICT (vendor_code, vendor_uid) DO UPDATE SET received_at = excluded.received_at, place = excluded.place
RETURNING place;

-- name: DropEarlyWebhooksUpTo :exec
-- What another transaction is busy with is left to the next one.
DELETE FROM payments.payment_early_webhooks e WHERE e.place IN (
    SELECT old.place FROM payments.payment_early_webhooks old WHERE old.place <= $1 ORDER BY old.place FOR UPDATE SKIP LOCKED);

-- name: TakeEarlyWebhooks :execrows
DELETE FROM payments.payment_early_webhooks WHERE vendor_code = $1 AND vendor_uid = ANY (sqlc.arg(keys)::text[]);

-- name: InsertWebhook :exec
INSERT INTO payments.payment_history_webhooks (id, payment_history_id, previous, current, data, created_at, revision, state)
VALUES ($1, $2, $3, $4, $5, now(), $6, 'pending');

-- name: WebhooksByID :many
SELECT w.id, w.previous, w.current, w.state, h.webhook_url, h.source_schema, h.source_table, h.source_id,
       EXISTS (SELECT FROM payments.payment_history_webhooks e
               WHERE e.payment_history_id = w.payment_history_id AND e.revision < w.revision AND e.state = 'pending') AS behind
FROM payments.payment_history_webhooks w JOIN payments.payment_histories h ON h.id = w.payment_history_id
WHERE w.id = ANY ((SELECT sqlc.arg(ids)::uuid[])::uuid[]);

-- name: LockWebhookAhead :many
SELECT e.id FROM payments.payment_history_webhooks w
JOIN payments.payment_history_webhooks e ON e.payment_history_id = w.payment_history_id
WHERE w.id = $1 AND e.revision < w.revision AND e.state = 'pending'
ORDER BY e.revision LIMIT 1 FOR SHARE OF e;

-- name: InsertWebhookResponses :exec
-- Without an answer, the status is 0 and the body empty; both become null.
INSERT INTO payments.payment_history_webhook_responses (id, payment_history_webhook_id, status, body, created_at)
SELECT r.id, r.webhook, NULLIF(r.status, 0), NULLIF(r.body, ''), now()
FROM (SELECT unnest((SELECT sqlc.arg(ids)::uuid[])) AS id, unnest((SELECT sqlc.arg(webhooks)::uuid[])) AS webhook,
             unnest((SELECT sqlc.arg(statuses)::int[])) AS status, unnest((SELECT sqlc.arg(bodies)::text[])) AS body) r;

-- name: SettleWebhooks :exec
UPDATE payments.payment_history_webhooks w SET state = s.state
FROM (SELECT unnest((SELECT sqlc.arg(webhooks)::uuid[])) AS webhook, unnest((SELECT sqlc.arg(states)::text[])) AS state) s
WHERE w.id = s.webhook AND w.state = 'pending' AND s.state <> 'pending';

-- name: NextWebhooks :many
-- Behind each webhook, the first pending one of its payment.
SELECT w.id, next.id AS next FROM payments.payment_history_webhooks w
CROSS JOIN LATERAL (
    SELECT n.id FROM payments.payment_history_webhooks n
    WHERE n.payment_history_id = w.payment_history_id AND n.state = 'pending' ORDER BY n.revision LIMIT 1
) next
WHERE w.id = ANY ((SELECT sqlc.arg(webhooks)::uuid[])::uuid[]);

-- name: DeadWebhooks :many
SELECT id FROM payments.payment_history_webhooks
WHERE state = 'dead' AND created_at >= sqlc.arg(since) AND created_at < sqlc.arg(until) AND id > sqlc.arg(after)
ORDER BY id LIMIT sqlc.arg(most);

-- name: ReopenWebhook :execrows
UPDATE payments.payment_history_webhooks SET state = 'pending' WHERE id = $1 AND state <> 'pending';

-- name: UnfinishedWebhooks :many
SELECT w.id, w.payment_history_id, w.state, w.created_at, h.webhook_url,
       (SELECT count(*) FROM payments.payment_history_webhook_responses r WHERE r.payment_history_webhook_id = w.id) AS attempts,
       last.created_at AS last_attempt, last.status AS last_status
FROM payments.payment_history_webhooks w
JOIN payments.payment_histories h ON h.id = w.payment_history_id
LEFT JOIN payments.payment_history_webhook_responses last ON last.id = (
    SELECT r.id FROM payments.payment_history_webhook_responses r
    WHERE r.payment_history_webhook_id = w.id ORDER BY r.created_at DESC LIMIT 1)
WHERE w.state <> 'delivered' AND w.state = ANY (sqlc.arg(states)::text[])
  AND (w.created_at, w.id) > (sqlc.arg(since)::timestamptz, sqlc.arg(after)::uuid) AND w.created_at < sqlc.arg(until)
ORDER BY w.created_at, w.id LIMIT sqlc.arg(most);
