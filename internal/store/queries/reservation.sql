-- name: ReservationByID :one
SELECT id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, title, data, password, created_at
FROM payments.payment_reservations WHERE id = $1;

-- name: ReservationBySource :one
SELECT id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, title, data, password, created_at
FROM payments.payment_reservations WHERE source_schema = $1 AND source_table = $2 AND source_id = $3;

-- name: InsertReservation :exec
INSERT INTO payments.payment_reservations (
    id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, title, data, password, created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);
