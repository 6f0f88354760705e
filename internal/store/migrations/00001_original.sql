-- The tables of the TypeScript original, as its own migrations leave them (payment-backend 10.0.0). A database of the
-- original passes through here unchanged; a new one starts from the same point. Our own columns come in 00002.
-- compatible-with: 0

-- +goose Up
CREATE SCHEMA IF NOT EXISTS payments;

CREATE TABLE IF NOT EXISTS payments.payment_reservations (
    id              uuid PRIMARY KEY,
    source_schema   varchar     NOT NULL,
    source_table    varchar     NOT NULL,
    source_id       varchar     NOT NULL,
    vendor_code     varchar     NOT NULL,
    vendor_uid      varchar     NOT NULL,
    vendor_store_id varchar     NOT NULL,
    title           varchar     NOT NULL,
    data            text        NOT NULL,
    password        varchar     NOT NULL,
    created_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS payment_reservations_source_schema_source_table_source_id_key
    ON payments.payment_reservations (source_schema, source_table, source_id);
CREATE UNIQUE INDEX IF NOT EXISTS payment_reservations_vendor_code_vendor_uid_key
    ON payments.payment_reservations (vendor_code, vendor_uid);
CREATE INDEX IF NOT EXISTS payment_reservations_created_at_idx ON payments.payment_reservations (created_at);

CREATE TABLE IF NOT EXISTS payments.payment_histories (
    id              uuid PRIMARY KEY,
    source_schema   varchar          NOT NULL,
    source_table    varchar          NOT NULL,
    source_id       varchar          NOT NULL,
    vendor_code     varchar          NOT NULL,
    vendor_uid      varchar          NOT NULL,
    vendor_store_id varchar          NOT NULL,
    currency        varchar          NOT NULL,
    price           double precision NOT NULL,
    refund          double precision,
    webhook_url     varchar(1024)    NOT NULL,
    data            text             NOT NULL,
    password        varchar          NOT NULL,
    created_at      timestamptz      NOT NULL,
    paid_at         timestamptz,
    cancelled_at    timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS payment_histories_source_schema_source_table_source_id_key
    ON payments.payment_histories (source_schema, source_table, source_id);
CREATE UNIQUE INDEX IF NOT EXISTS payment_histories_vendor_code_vendor_uid_key
    ON payments.payment_histories (vendor_code, vendor_uid);
CREATE INDEX IF NOT EXISTS payment_histories_created_at_idx ON payments.payment_histories (created_at);

CREATE TABLE IF NOT EXISTS payments.payment_history_cancels (
    id                 uuid PRIMARY KEY,
    payment_history_id uuid             NOT NULL REFERENCES payments.payment_histories (id) ON DELETE CASCADE ON UPDATE CASCADE,
    amount             double precision NOT NULL,
    reason             text             NOT NULL,
    data               text             NOT NULL,
    created_at         timestamptz      NOT NULL
);

CREATE TABLE IF NOT EXISTS payments.payment_history_webhooks (
    id                 uuid PRIMARY KEY,
    payment_history_id uuid        NOT NULL REFERENCES payments.payment_histories (id) ON DELETE CASCADE ON UPDATE CASCADE,
    previous           text        NOT NULL,
    current            text        NOT NULL,
    data               text        NOT NULL,
    created_at         timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS payment_history_webhooks_payment_history_id_idx
    ON payments.payment_history_webhooks (payment_history_id);

CREATE TABLE IF NOT EXISTS payments.payment_history_webhook_responses (
    id                         uuid PRIMARY KEY,
    payment_history_webhook_id uuid        NOT NULL REFERENCES payments.payment_history_webhooks (id) ON DELETE CASCADE ON UPDATE CASCADE,
    status                     int,
    body                       text,
    created_at                 timestamptz NOT NULL
);
-- Of a name too long Prisma keeps the ending, which PostgreSQL would cut off: under another name this would be a second index.
CREATE INDEX IF NOT EXISTS payment_history_webhook_responses_payment_history_webhook_i_idx
    ON payments.payment_history_webhook_responses (payment_history_webhook_id);
