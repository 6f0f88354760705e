-- name: LockPayment :exec
-- Until the transaction ends: who stores a payment and who hears of it wait for each other, even before it has a row. A PG
-- may have several keys for it.
SELECT pg_advisory_xact_lock(hashtextextended(sqlc.arg(vendor_code)::text || ' ' || key, 0))
FROM unnest((SELECT sqlc.arg(keys)::text[])) AS key;

-- name: KeepEarlyWebhook :one
-- One that comes again goes to the end of the queue.
INSERT INTO payments.payment_early_webhooks (vendor_code, vendor_uid, received_at) VALUES ($1, $2, now())
ON CONFLICT (vendor_code, vendor_uid) DO UPDATE SET received_at = excluded.received_at, place = excluded.place
RETURNING place;

-- name: DropEarlyWebhooksUpTo :exec
-- What another transaction is busy with is left to the next one.
DELETE FROM payments.payment_early_webhooks e WHERE e.place = ANY (ARRAY( -- IN would be a join with all of them
    SELECT old.place FROM payments.payment_early_webhooks old WHERE old.place <= $1 ORDER BY old.place FOR UPDATE SKIP LOCKED));

-- name: InsertWebhook :exec
-- It is due at once. The couriers hear of it when it is committed.
INSERT INTO payments.payment_history_webhooks (id, payment_history_id, previous, current, data, created_at, revision, state,
    due_at, queued_at, trace)
SELECT $1, $2, $3, $4, $5, now(), $6, 'pending', now(), now(), $7 FROM pg_notify('payments_webhooks', '');

-- name: NotifyWebhooks :exec
SELECT pg_notify('payments_webhooks', '');

-- name: ClaimWebhooks :many
-- Nobody else is given them before the lease ends. That an earlier one is pending is as of the statement's beginning.
-- Nobody waits for the disk: a claim that is lost there leaves what it was, something due.
UPDATE payments.payment_history_webhooks w SET due_at = now() + sqlc.arg(lease)::interval
FROM payments.payment_histories h
WHERE w.id = ANY (ARRAY( -- not by ctid: without statistics that becomes a filter over the whole table
    SELECT d.id FROM payments.payment_history_webhooks d WHERE d.state = 'pending' AND d.due_at <= now()
    ORDER BY d.due_at LIMIT sqlc.arg(most) FOR NO KEY UPDATE SKIP LOCKED))
  AND h.id = w.payment_history_id AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off'
RETURNING w.id, w.payment_history_id, w.previous, w.current, w.due_at::timestamptz AS until, w.attempts,
          coalesce(w.queued_at, w.created_at)::timestamptz AS queued_at, w.trace,
          h.webhook_url, h.source_schema, h.source_table, h.source_id,
          EXISTS (SELECT FROM payments.payment_history_webhooks e
                  WHERE e.payment_history_id = w.payment_history_id AND e.revision < w.revision AND e.state = 'pending') AS behind;

-- name: LockWebhooksAhead :many
-- All of them: whoever settles any waits.
SELECT e.id FROM payments.payment_history_webhooks w
JOIN payments.payment_history_webhooks e ON e.payment_history_id = w.payment_history_id
WHERE w.id = $1 AND e.revision < w.revision AND e.state = 'pending'
ORDER BY e.revision FOR SHARE OF e;

-- name: StepWebhookBack :exec
-- Only by who has it.
UPDATE payments.payment_history_webhooks SET due_at = NULL
WHERE id = $1 AND state = 'pending' AND due_at = sqlc.arg(until)::timestamptz;

-- name: InsertWebhookResponses :exec
-- Without an answer, the status is 0 and the body empty; both become null. One that is there already was recorded by the same
-- transaction, which its sender did not see commit.
INSERT INTO payments.payment_history_webhook_responses (id, payment_history_webhook_id, status, body, created_at)
SELECT r.id, r.webhook, NULLIF(r.status, 0), NULLIF(r.body, ''), now()
FROM (SELECT unnest((SELECT sqlc.arg(ids)::uuid[])) AS id, unnest((SELECT sqlc.arg(webhooks)::uuid[])) AS webhook,
             unnest((SELECT sqlc.arg(statuses)::int[])) AS status, unnest((SELECT sqlc.arg(bodies)::text[])) AS body) r
ON CONFLICT (id) DO NOTHING;

-- name: RecordWebhooks :exec
-- An answer that settles a webhook counts even after the lease, but not if somebody has had it queued anew; when to send it again
-- is said only by who has it.
UPDATE payments.payment_history_webhooks w
SET state = o.state, attempts = w.attempts + o.attempted,
    due_at = CASE WHEN o.state = 'pending' THEN now() + o.pause * interval '1 microsecond' END
FROM (SELECT unnest((SELECT sqlc.arg(webhooks)::uuid[])) AS webhook, unnest((SELECT sqlc.arg(untils)::timestamptz[])) AS until,
             unnest((SELECT sqlc.arg(queued)::timestamptz[])) AS queued,
             unnest((SELECT sqlc.arg(states)::text[])) AS state, unnest((SELECT sqlc.arg(attempted)::int[])) AS attempted,
             unnest((SELECT sqlc.arg(pauses)::bigint[])) AS pause) o
WHERE w.id = o.webhook AND w.state = 'pending'
  AND (w.due_at = o.until OR o.state <> 'pending' AND coalesce(w.queued_at, w.created_at) = o.queued);

-- name: LockWaitingWebhooks :exec
-- Of two transactions that settle what one waits for, the second sees then what the first has settled, and starts it.
SELECT w.id FROM payments.payment_history_webhooks w
WHERE w.state = 'pending' AND w.due_at IS NULL AND w.payment_history_id = ANY ((SELECT sqlc.arg(payments)::uuid[])::uuid[])
ORDER BY w.id FOR NO KEY UPDATE;

-- name: StartNextWebhooks :execrows
-- Of each payment, the first pending one, if it waits. Hardly any does, and those that do have an index of their own.
UPDATE payments.payment_history_webhooks w SET due_at = now()
WHERE w.state = 'pending' AND w.due_at IS NULL AND w.payment_history_id = ANY ((SELECT sqlc.arg(payments)::uuid[])::uuid[])
  -- No NOT EXISTS: that becomes a join, which without statistics goes through all pending ones for each that waits.
  AND w.revision = (SELECT min(e.revision) FROM payments.payment_history_webhooks e
                    WHERE e.payment_history_id = w.payment_history_id AND e.state = 'pending');

-- name: AdoptWebhook :exec
-- One that waits for another steps back again. One that a build before schema 5 has queued climbs the ladder from here.
UPDATE payments.payment_history_webhooks SET due_at = now(), queued_at = coalesce(queued_at, now())
FROM pg_notify('payments_webhooks', '')
WHERE id = $1 AND state = 'pending' AND due_at IS NULL;

-- name: StartStrandedWebhooks :execrows
-- As StartNextWebhooks, of all payments.
UPDATE payments.payment_history_webhooks w SET due_at = now(), queued_at = coalesce(w.queued_at, now())
FROM pg_notify('payments_webhooks', '')
WHERE w.state = 'pending' AND w.due_at IS NULL
  AND w.revision = (SELECT min(e.revision) FROM payments.payment_history_webhooks e
                    WHERE e.payment_history_id = w.payment_history_id AND e.state = 'pending');

-- name: DeadWebhooks :many
SELECT id FROM payments.payment_history_webhooks
WHERE state = 'dead' AND created_at >= sqlc.arg(since) AND created_at < sqlc.arg(until) AND id > sqlc.arg(after)
ORDER BY id LIMIT sqlc.arg(most);

-- name: ReopenWebhook :execrows
UPDATE payments.payment_history_webhooks SET state = 'pending', due_at = now(), queued_at = now(), attempts = 0
FROM pg_notify('payments_webhooks', '')
WHERE id = $1 AND state <> 'pending';

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
