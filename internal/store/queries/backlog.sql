-- name: WebhookBacklog :many
SELECT state, count(*) AS many, extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
FROM payments.payment_history_webhooks WHERE state <> 'delivered' GROUP BY state;

-- name: IntentBacklog :many
SELECT state, count(*) AS many, extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
FROM payments.payment_intents WHERE state IN ('sending', 'undoing') GROUP BY state;
