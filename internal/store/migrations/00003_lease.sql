-- An intent belongs to one sender at a time.
-- compatible-with: 2

-- +goose Up
ALTER TABLE payments.payment_intents
    -- Nobody else asks the PG before then. The default protects what a worker of the release before is sending.
    ADD COLUMN held_until timestamptz NOT NULL DEFAULT now() + interval '75 seconds',
    -- Until then the PG may act on a request that it has not answered.
    ADD COLUMN doubt_until timestamptz;
