-- name: WebhookBacklog :many
SELECT state, count(*) AS many, extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
FROM payments.payment_history_webhooks WHERE state <> 'delivered' GROUP BY state;

-- name: WebhooksOverdue :one
-- How long the first of those that a courier may take has waited for one.
SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 AS seconds
FROM payments.payment_history_webhooks WHERE state = 'pending' AND due_at <= now();

-- name: IntentBacklog :many
SELECT state, count(*) AS many, extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
FROM payments.payment_intents WHERE state IN ('sending', 'undoing') GROUP BY state;
