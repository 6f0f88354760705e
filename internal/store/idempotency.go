package store

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/samchon/payments-server/internal/seal"
	"github.com/samchon/payments-server/internal/store/sqlcgen"
)

// KeyLife is how long an answer is kept under its client's idempotency key.
const KeyLife = 24 * time.Hour

// earlyWebhookLife is how long a PG's webhook waits for its history. Toss itself
// gives up after 3 days and 19 hours.
const earlyWebhookLife = 7 * 24 * time.Hour

// ErrKeyReused means that a key came with another request than before.
var ErrKeyReused = errors.New("idempotency key was used for another request")

// Answer is what a request under an idempotency key was answered.
type Answer struct {
	Status int
	Body   []byte
}

// Refused reports whether the request was not carried out.
func (a Answer) Refused() bool { return a.Status >= 300 }

func answerBody(operation, key string) seal.AD {
	return seal.AD{Table: "payment_idempotency_keys", Column: "body", Row: operation + " " + key}
}

// ClaimKey takes a client's key for a request. It returns the answer if the same
// request was answered before, nil if it is new or was never answered, and
// ErrKeyReused if it was another request.
func (s *Store) ClaimKey(ctx context.Context, operation, key string, requestHash []byte) (*Answer, error) {
	claimed, err := s.queries.ClaimIdempotencyKey(ctx, sqlcgen.ClaimIdempotencyKeyParams{
		Operation: operation, Key: key, RequestHash: requestHash, Expired: time.Now().Add(-KeyLife),
	})
	if err != nil || claimed > 0 {
		return nil, translate(err)
	}
	row, err := s.queries.IdempotencyKey(ctx, sqlcgen.IdempotencyKeyParams{Operation: operation, Key: key})
	switch {
	case err != nil:
		return nil, translate(err)
	case !bytes.Equal(row.RequestHash, requestHash):
		return nil, ErrKeyReused
	case row.Status == nil || row.Body == nil:
		return nil, nil
	}
	body, err := s.keys.History.Open(*row.Body, answerBody(operation, key))
	return &Answer{Status: int(*row.Status), Body: body}, err
}

// KeepAnswer stores the answer of a claimed key.
func (s *Store) KeepAnswer(ctx context.Context, operation, key string, a Answer) error {
	body, err := s.keys.History.Seal(a.Body, answerBody(operation, key))
	if err != nil {
		return err
	}
	status := int32(a.Status)
	return translate(s.queries.KeepAnswer(ctx, sqlcgen.KeepAnswerParams{
		Operation: operation, Key: key, Status: &status, Body: &body,
	}))
}

// tidyBatch is how many rows go in one statement, which a slow disk ends within
// patience: a statement for all of a backlog would be undone, and never get through.
const tidyBatch = 2000

// Tidy deletes what has outlived its purpose, until nothing is left of it or ctx ends.
func (s *Store) Tidy(ctx context.Context) error {
	keys, webhooks := time.Now().Add(-KeyLife), time.Now().Add(-earlyWebhookLife)
	return translate(errors.Join(
		inBatches(func() (int64, error) {
			return s.queries.DropIdempotencyKeys(ctx, sqlcgen.DropIdempotencyKeysParams{Before: keys, Most: tidyBatch})
		}),
		inBatches(func() (int64, error) {
			return s.queries.DropEarlyWebhooks(ctx, sqlcgen.DropEarlyWebhooksParams{Before: webhooks, Most: tidyBatch})
		}),
	))
}

func inBatches(drop func() (int64, error)) error {
	for {
		if dropped, err := drop(); err != nil || dropped == 0 {
			return err
		}
	}
}
