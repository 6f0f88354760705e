-- name: DeclareReach :exec
INSERT INTO payments.schema_reach (version, compatible_with) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING;

-- name: ReachOfLater :one
-- Of the migrations after one: the last of them, and the oldest schema whose builds run on all.
SELECT coalesce(max(version), 0)::bigint AS version, coalesce(max(compatible_with), 0)::bigint AS compatible_with
FROM payments.schema_reach WHERE version > sqlc.arg(after);
