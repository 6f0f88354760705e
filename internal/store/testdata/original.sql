-- A database as the original leaves it. The tables are those that Prisma makes for payment-backend 4.0 and 10.0, with Prisma's
-- names for keys and indexes (cut to 63 characters before their ending, as its migrations have them); the index on the
-- cancels, in which the two versions differ, is left to the test.
--
-- The rows are made as the original makes them: data encrypted by Node's crypto (AES-256-CBC, static IV) with the keys of its
-- sample .env, which are those of local mode; webhooks in plain text; passwords hashed by bcryptjs, all of them "some-password".

CREATE SCHEMA payments;
SET search_path = payments;

CREATE TABLE payment_reservations (
    id uuid NOT NULL, CONSTRAINT payment_reservations_pkey PRIMARY KEY (id),
    source_schema varchar NOT NULL, source_table varchar NOT NULL, source_id varchar NOT NULL,
    vendor_code varchar NOT NULL, vendor_uid varchar NOT NULL, vendor_store_id varchar NOT NULL,
    title varchar NOT NULL, data text NOT NULL, password varchar NOT NULL, created_at timestamptz NOT NULL
);
CREATE INDEX payment_reservations_created_at_idx ON payment_reservations (created_at);
CREATE UNIQUE INDEX payment_reservations_source_schema_source_table_source_id_key ON payment_reservations (source_schema, source_table, source_id);
CREATE UNIQUE INDEX payment_reservations_vendor_code_vendor_uid_key ON payment_reservations (vendor_code, vendor_uid);

CREATE TABLE payment_histories (
    id uuid NOT NULL, CONSTRAINT payment_histories_pkey PRIMARY KEY (id),
    source_schema varchar NOT NULL, source_table varchar NOT NULL, source_id varchar NOT NULL,
    vendor_code varchar NOT NULL, vendor_uid varchar NOT NULL, vendor_store_id varchar NOT NULL,
    currency varchar NOT NULL, price double precision NOT NULL, refund double precision, webhook_url varchar(1024) NOT NULL,
    data text NOT NULL, password varchar NOT NULL, created_at timestamptz NOT NULL, paid_at timestamptz, cancelled_at timestamptz
);
CREATE INDEX payment_histories_created_at_idx ON payment_histories (created_at);
CREATE UNIQUE INDEX payment_histories_source_schema_source_table_source_id_key ON payment_histories (source_schema, source_table, source_id);
CREATE UNIQUE INDEX payment_histories_vendor_code_vendor_uid_key ON payment_histories (vendor_code, vendor_uid);

CREATE TABLE payment_history_cancels (
    id uuid NOT NULL, CONSTRAINT payment_history_cancels_pkey PRIMARY KEY (id),
    payment_history_id uuid NOT NULL,
    CONSTRAINT payment_history_cancels_payment_history_id_fkey
        FOREIGN KEY (payment_history_id) REFERENCES payment_histories (id) ON DELETE CASCADE ON UPDATE CASCADE,
    amount double precision NOT NULL, reason text NOT NULL, data text NOT NULL, created_at timestamptz NOT NULL
);

CREATE TABLE payment_history_webhooks (
    id uuid NOT NULL, CONSTRAINT payment_history_webhooks_pkey PRIMARY KEY (id),
    payment_history_id uuid NOT NULL,
    CONSTRAINT payment_history_webhooks_payment_history_id_fkey
        FOREIGN KEY (payment_history_id) REFERENCES payment_histories (id) ON DELETE CASCADE ON UPDATE CASCADE,
    previous text NOT NULL, current text NOT NULL, data text NOT NULL, created_at timestamptz NOT NULL
);
CREATE INDEX payment_history_webhooks_payment_history_id_idx ON payment_history_webhooks (payment_history_id);

CREATE TABLE payment_history_webhook_responses (
    id uuid NOT NULL, CONSTRAINT payment_history_webhook_responses_pkey PRIMARY KEY (id),
    payment_history_webhook_id uuid NOT NULL,
    CONSTRAINT payment_history_webhook_responses_payment_history_webhook__fkey
        FOREIGN KEY (payment_history_webhook_id) REFERENCES payment_history_webhooks (id) ON DELETE CASCADE ON UPDATE CASCADE,
    status int, body text, created_at timestamptz NOT NULL
);
CREATE INDEX payment_history_webhook_responses_payment_history_webhook_i_idx ON payment_history_webhook_responses (payment_history_webhook_id);

INSERT INTO payment_histories (id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, currency, price, refund, webhook_url, data, password, created_at, paid_at, cancelled_at) VALUES
    ('6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01', 'shop', 'orders', '11111111-1111-4111-8111-111111111111', 'iamport', 'imp_448280090638', 'test_iamport_store_id', 'KRW', 20000, 5000, 'http://127.0.0.1:1/webhooks', '23QjPf6xNmXt4T2notl8WAHz9j0nggiXsZ04csDDNL1PuPpof91qAocNqz+H2UAS/CGhP18UrYLkFkYEwRvimJ9EtST8owkENhUchh0kisVoWKFXiKMhJ03dhyT+M20Ysq0/QmieG/POrpSnna0rkW28OHsk50JvNLkBde9ToCoTI1E90gKus5hDRFhVsNgBHUgFlDTwxijAozN4qmzrWmJWHoD40jOlJUyCd/ox1vyijInYQbOAATzxHQPmzg/+BkbcIpdVpC2UILok8QElsRklJhcslXWkFiM7zwD60/TDIn9gYc4gpyQ9q6uYEiUCppgIaf3pn7pyqCKOBhh67pv8xoeckv9N8zv4RctJ75zeCbOBcTU9MzGeW4OZ29YtuuaBP4gur4G23SIq6GnbniQh5kyKc2+WRBkvlH++q3Rsy1nbded4qCbYHEv/urKE4n2rVT1gpLAWHjEgxjyaJOd7Y2rPVla8Jo7fmnoxnrsLZYLreXrhhujAOs3ZTodkTSQQaAhzW05HOUCwNGcaI+Pqwzedv1Z5jxpD3gMxFFWkMC03vIc7G7O6RUXaNrM5Zw4w38GTx/IWbv5l/R2Nn2hTFUoNVVEmTltYPDTXdOS+Bk9XJduIqSGo+yXsiiJ3', '$2a$04$gJS02CVQ6vccLwllpepVKeGah5H00gBJGcv4uSvh/lG6vwqhJG1Jm', '2024-05-31 00:00:01.234+00', '2024-05-31 00:00:00+00', '2024-06-02 00:00:00.567+00'),
    ('a3c4e5f6-1b2c-4d3e-8f40-1a2b3c4d5e02', 'shop', 'orders', '22222222-2222-4222-8222-222222222222', 'toss.payments', 'pay_0_1', 'test_toss_store_id', 'USD', 0.1, 0, 'http://127.0.0.1:1/webhooks', 'lON3xqRITGnN5yxYRUZHIZUPPLiYnI/IBCPwXq7ur6Wz2XsgIY9QqWVxjTQyMd2musTnzEfcUcrr2PmVTAbLosawhkzfCK6wKPY3rzGPY5q8hcVIDP7EsVAotT6ZAn4JPKdIPh+koqQ4rnLQPE1IOtqEDidcaXgrY42Nv4t7Scn+Qj/+bP1FWzqpMe0YAvYUsoHQ7m7dL9EbmZ5NJgw1nqM10QXjTE+ndWjCJfPgEX2gxzADqLeeg9eEROkDrO9+j7EJrVrEAYydv6Ln8MiZ+p2pC4z0S0hwjHK56egN0js=', '$2a$04$gJS02CVQ6vccLwllpepVKeGah5H00gBJGcv4uSvh/lG6vwqhJG1Jm', '2024-06-01 00:00:01+00', '2024-06-01 00:00:00+00', NULL),
    ('f0e1d2c3-b4a5-4697-8887-1a2b3c4d5e03', 'shop', 'orders', '33333333-3333-4333-8333-333333333333', 'toss.payments', 'pay_19900_5', 'test_toss_store_id', 'KRW', 19900.5, NULL, 'http://127.0.0.1:1/webhooks', 'lON3xqRITGnN5yxYRUZHIZUPPLiYnI/IBCPwXq7ur6XT3PDiMG0bffDTVnhH2ykY1BZ1ivH+nwUM2sfhbn1phkSM7mGO1cdXpQHEwi4GXndQS+BfSk0fc1JyAedCxzBaB1JGvZd6bS7lJ5d8WDUKgYLGCOyR1x0SqX1SO4qFmtOXa4L5c2KbyEu2pYWfXs+S0OMPIHsJRew67htGtUGBJg5TlxzUGSjknSbWvzRY8YJnD7o7Br09xZGqILYk43cVTEdU3QCePljg9JsfCoJWioXisd6y/UvGIZa3coxiIgY=', '$2a$04$gJS02CVQ6vccLwllpepVKeGah5H00gBJGcv4uSvh/lG6vwqhJG1Jm', '2024-06-01 00:00:02+00', NULL, NULL);

INSERT INTO payment_history_cancels (id, payment_history_id, amount, reason, data, created_at) VALUES
    ('0aaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaa02', '6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01', 2000, 'customer''s wish', '3Qa+ay4KRQhCnXy0Rybr8EmqEGmod/lb/mIfTQZzTSIBmcyar2VZ2a1bDVGH9XgfEWh35T7GHqedHaWepuq1EMARI0qJ5LmgrX0lfbyiLzaB39MvOCYAB1BXd3NnLgiwpbAr6K0Vc//vUDkK9uilRw==', '2024-06-02 00:00:00+00'),
    ('9aaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaa01', '6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01', 3000, '단순 변심', '5YachBXR0IcYEBZL4jLKh1JdmJLq4Qtd5H6vM31YsOz+8WsIM/mw9dwk1QCiDJZepV3svqxtinBsE8GvG3qBvJBBvZiYL+nZEQ/Va1vk9V2NIGnOKpkmJPeRGW4SY+F6uSVJqDlTAWhRr03Si49TVQ==', '2024-06-01 00:00:00+00');

INSERT INTO payment_history_webhooks (id, payment_history_id, previous, current, data, created_at) VALUES
    ('7c0ffee0-7c0f-4c0f-8c0f-7c0ffee07c01', '6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01', '{"id":"6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01","vendor_code":"iamport","vendor":{"code":"iamport","uid":"imp_448280090638","store_id":"test_iamport_store_id"},"source":{"schema":"shop","table":"orders","id":"11111111-1111-4111-8111-111111111111"},"data":{"imp_uid":"imp_448280090638","merchant_uid":"11111111-1111-4111-8111-111111111111","pay_method":"card","amount":20000,"cancel_amount":3000,"currency":"KRW","buyer_name":"남정호","status":"cancelled","paid_at":1717113600,"cancelled_at":1717286400,"cancel_history":[{"pg_tid":"t1","amount":3000,"cancelled_at":1717200000,"reason":"단순 변심","receipt_url":""}]},"currency":"KRW","price":20000,"refund":3000,"webhook_url":"http://127.0.0.1:1/webhooks","created_at":"2024-05-31T00:00:01.234Z","paid_at":"2024-05-31T00:00:00.000Z","cancelled_at":"2024-06-01T00:00:00.567Z","cancels":[{"price":3000,"reason":"단순 변심","created_at":"2024-06-01T00:00:00.000Z","time":"2024-06-01T00:00:00.000Z"}]}', '{"id":"6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01","vendor_code":"iamport","vendor":{"code":"iamport","uid":"imp_448280090638","store_id":"test_iamport_store_id"},"source":{"schema":"shop","table":"orders","id":"11111111-1111-4111-8111-111111111111"},"data":{"imp_uid":"imp_448280090638","merchant_uid":"11111111-1111-4111-8111-111111111111","pay_method":"card","amount":20000,"cancel_amount":5000,"currency":"KRW","buyer_name":"남정호","status":"cancelled","paid_at":1717113600,"cancelled_at":1717286400,"cancel_history":[{"pg_tid":"t1","amount":3000,"cancelled_at":1717200000,"reason":"단순 변심","receipt_url":""},{"pg_tid":"t2","amount":2000,"cancelled_at":1717286400,"reason":"customer''s wish","receipt_url":""}]},"currency":"KRW","price":20000,"refund":5000,"webhook_url":"http://127.0.0.1:1/webhooks","created_at":"2024-05-31T00:00:01.234Z","paid_at":"2024-05-31T00:00:00.000Z","cancelled_at":"2024-06-01T00:00:00.567Z","cancels":[{"price":3000,"reason":"단순 변심","created_at":"2024-06-01T00:00:00.000Z","time":"2024-06-01T00:00:00.000Z"},{"price":2000,"reason":"customer''s wish","created_at":"2024-06-02T00:00:00.000Z","time":"2024-06-02T00:00:00.000Z"}]}', '{"imp_uid":"imp_448280090638","merchant_uid":"11111111-1111-4111-8111-111111111111","status":"cancelled"}', '2024-06-02 00:00:00.6+00');

INSERT INTO payment_history_webhook_responses (id, payment_history_webhook_id, status, body, created_at) VALUES
    ('8d000000-0000-4000-8000-000000000001', '7c0ffee0-7c0f-4c0f-8c0f-7c0ffee07c01', 201, 'it''s noted', '2024-06-02 00:00:01+00'),
    ('8d000000-0000-4000-8000-000000000002', '7c0ffee0-7c0f-4c0f-8c0f-7c0ffee07c01', 200, '', '2024-06-02 00:00:02+00'),
    ('8d000000-0000-4000-8000-000000000003', '7c0ffee0-7c0f-4c0f-8c0f-7c0ffee07c01', NULL, NULL, '2024-06-02 00:00:03+00');

INSERT INTO payment_reservations (id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, title, data, password, created_at) VALUES
    ('5e5e5e5e-5e5e-4e5e-8e5e-5e5e5e5e5e01', 'shop', 'cards', '44444444-4444-4444-8444-444444444444', 'toss.payments', 'billing-1', 'test_toss_store_id', '내 카드', '3PEhP92ilW354AqDAsVqbc7O291OjnDxwfDoshh4NTAH5vMNDuY+sjgEQXLlmbU5JVd62Lf4OFP7KdnUViW56i4TCWXh+Mxo8MquZqi9cq6Dfaqk05Eu/PAK3G3emLAz9kwGzFC/Jzvux5H3rWDjBZPuf3qUjPQ2Vl37S07DW982B/V4IUyt6rYdwOvsG11p', '$2a$04$gJS02CVQ6vccLwllpepVKeGah5H00gBJGcv4uSvh/lG6vwqhJG1Jm', '2024-06-01 00:00:03+00');
