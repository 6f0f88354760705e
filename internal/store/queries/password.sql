-- name: RenewPassword :exec
WITH history AS (
    UPDATE payments.payment_histories h SET password = sqlc.arg(renewed) WHERE h.id = $1 AND h.password = sqlc.arg(old)
)
UPDATE payments.payment_reservations r SET password = sqlc.arg(renewed) WHERE r.id = $1 AND r.password = sqlc.arg(old);
