-- name: InsertIntent :one
-- What the PG has announced of the payment is forgotten: every look at the PG comes after this commit, and shows it. What was
-- announced under a deposit's key stays, for only the PG's answer tells that key.
WITH inserted AS (
    INSERT INTO payments.payment_intents (
        id, kind, state, history_id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
        client_key, request, resolver_job, created_at, updated_at, held_until
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, clock_timestamp() + sqlc.arg(lease)::interval)
    RETURNING kind, vendor_code, vendor_uid, held_until
), forgotten AS (
    DELETE FROM payments.payment_early_webhooks e USING inserted i
    WHERE i.kind = 'capture' AND e.vendor_code = i.vendor_code AND e.vendor_uid = i.vendor_uid
)
SELECT held_until FROM inserted;

-- name: IntentByID :one
SELECT id, kind, state, history_id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
       client_key, request, outcome, resolver_job, created_at, updated_at, held_until, doubt_until
FROM payments.payment_intents WHERE id = $1;

-- name: OpenCaptureOf :one
SELECT id, kind, state, history_id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
       client_key, request, outcome, resolver_job, created_at, updated_at, held_until, doubt_until
FROM payments.payment_intents
WHERE kind = 'capture' AND state IN ('sending', 'undoing')
  AND ((source_schema = $1 AND source_table = $2 AND source_id = $3) OR (vendor_code = $4 AND vendor_uid = $5))
LIMIT 1;

-- name: CancelByClientKey :one
SELECT id, kind, state, history_id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
       client_key, request, outcome, resolver_job, created_at, updated_at, held_until, doubt_until
FROM payments.payment_intents WHERE kind = 'cancel' AND history_id = $1 AND client_key <> '' AND client_key = sqlc.arg(client_key) AND created_at > $2
ORDER BY created_at DESC LIMIT 1;

-- name: OpenCancelOf :one
SELECT id, kind, state, history_id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
       client_key, request, outcome, resolver_job, created_at, updated_at, held_until, doubt_until
FROM payments.payment_intents WHERE kind = 'cancel' AND state = 'sending' AND history_id = $1;

-- name: MoveIntent :one
-- What is being undone was captured, whatever else may be said of it: it is never declined.
UPDATE payments.payment_intents SET state = $2, outcome = $3, updated_at = now()
WHERE id = $1 AND (state = 'sending' OR state = 'undoing' AND $2 <> 'declined') RETURNING resolver_job;

-- name: FinishIntent :one
-- Also from declined: an approval that somebody holds in hand outweighs what was concluded without it.
UPDATE payments.payment_intents SET state = 'done', updated_at = now()
WHERE id = $1 AND state IN ('sending', 'declined') RETURNING resolver_job;

-- name: FinishCapture :one
-- FinishIntent, and with it the record; outdated if the PG has announced something of the payment that its answer may not
-- show. From declined always, for another intent of the payment may have had that announcement forgotten since. One statement,
-- because each takes its turn on the way to the database and back. Another request may be having the same payment refunded,
-- but not while this intent is sending, for only one is open: so that is only looked for from declined.
WITH found AS (
    SELECT i.id, i.state FROM payments.payment_intents i
    WHERE i.id = sqlc.arg(intent) AND i.kind = 'capture' AND i.vendor_code = $5 AND i.vendor_uid = $6
      AND (i.state = 'sending' OR i.state = 'declined' AND NOT EXISTS (
          SELECT FROM payments.payment_intents u
          WHERE u.kind = 'capture' AND u.state = 'undoing' AND u.vendor_code = $5 AND u.vendor_uid = $6))
    FOR UPDATE
), finished AS (
    UPDATE payments.payment_intents i SET state = 'done', updated_at = now() FROM found
    WHERE i.id = found.id
    RETURNING i.resolver_job, found.state = 'declined' AS revived
), stored AS (
    INSERT INTO payments.payment_histories (
        id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, currency, price, refund,
        webhook_url, data, password, created_at, paid_at, cancelled_at, revision
    ) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 FROM finished
), taken AS (
    DELETE FROM payments.payment_early_webhooks e USING finished
    WHERE e.vendor_code = $5 AND e.vendor_uid = ANY ((SELECT sqlc.arg(keys)::text[])::text[])
    RETURNING e.vendor_uid
)
SELECT f.resolver_job, (f.revived OR EXISTS (SELECT FROM taken))::bool AS outdated FROM finished f;

-- name: HoldIntent :one
-- By the database's clock, which all workers share.
UPDATE payments.payment_intents SET held_until = clock_timestamp() + sqlc.arg(lease)::interval
WHERE id = $1 AND state IN ('sending', 'undoing') AND held_until <= clock_timestamp()
RETURNING coalesce(doubt_until > clock_timestamp(), false)::bool AS doubt;

-- name: ReleaseIntent :exec
-- Only the lease that is meant: it may have ended meanwhile, and another have begun.
UPDATE payments.payment_intents
SET held_until = clock_timestamp(),
    doubt_until = CASE WHEN sqlc.arg(unanswered)::bool THEN held_until ELSE doubt_until END
WHERE id = $1 AND held_until = $2;

-- name: BeginUndo :execrows
UPDATE payments.payment_intents i SET state = 'undoing', outcome = $2, updated_at = now()
WHERE i.id = $1 AND i.state = 'sending' AND NOT EXISTS (
    SELECT FROM payments.payment_histories h WHERE h.vendor_code = i.vendor_code AND h.vendor_uid = i.vendor_uid);
