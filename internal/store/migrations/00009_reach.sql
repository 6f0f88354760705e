-- The database knows how far back each migration reaches, so that a build can tell of those that came after it whether it
-- can live with them.
-- compatible-with: 5

-- +goose Up
CREATE TABLE payments.schema_reach (
    version         bigint PRIMARY KEY,
    compatible_with bigint NOT NULL -- the oldest schema whose builds run on it
);
