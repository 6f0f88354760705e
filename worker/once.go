package worker

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/samchon/payments-server/internal/store"
)

// keyed is a request that may carry an idempotency key.
type keyed[B any] struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"A text of the client's that is unique to this request. Sent again within 24 hours, the request is not carried out again: its first answer is repeated."`
	Body           B
	sent           []byte // the body as it was sent
}

// Resolve implements huma.Resolver. A client that sends an empty key believes that
// repeating the request is safe.
func (k *keyed[B]) Resolve(c huma.Context) []error {
	if opened, ok := c.(openedContext); ok {
		k.sent = opened.plain
	}
	r, _ := humachi.Unwrap(c)
	if _, given := r.Header["Idempotency-Key"]; given && k.IdempotencyKey == "" {
		return unfitKey("is empty; give a text that is unique to this request, or leave the header out")
	}
	if !utf8.ValidString(k.IdempotencyKey) { // PostgreSQL would refuse it
		return unfitKey("is not UTF-8; give a text that is, of up to 255 characters, and unique to this request")
	}
	return nil
}

func unfitKey(why string) []error {
	return []error{&huma.ErrorDetail{Location: "header.Idempotency-Key", Message: why}}
}

// keyStore keeps answers under their clients' keys.
type keyStore interface {
	ClaimKey(ctx context.Context, operation, key string, requestHash []byte) (*store.Answer, error)
	KeepAnswer(ctx context.Context, operation, key string, a store.Answer) error
}

// once answers a request with a known key as it was answered first. What is not
// final, such as an outcome that is still unknown, is not kept: the request may
// then be sent again, under the same key, to learn how it ended.
//
// A kept answer is as good as the record: it is repeated only to whom open lets,
// which asks for the password as a read does. Without an answer, do asks for it.
func once[B, O any](s *server, operation string, open func(context.Context, *keyed[B], *store.Answer) error,
	do func(context.Context, *keyed[B]) (O, error)) func(context.Context, *keyed[B]) (O, error) {
	operation += toldApart
	return func(ctx context.Context, in *keyed[B]) (out O, err error) {
		if in.IdempotencyKey == "" {
			return do(ctx, in)
		}
		hash, err := s.hashRequest(in.sent)
		if err != nil {
			return out, err
		}
		known, err := s.keys.ClaimKey(ctx, operation, in.IdempotencyKey, hash)
		switch {
		case errors.Is(err, store.ErrKeyReused):
			return out, newProblem(ctx, codeKeyReused, "This Idempotency-Key came with another request before; take a new one.")
		case err != nil:
			return out, err
		case known != nil:
			if err := open(ctx, in, known); err != nil {
				return out, err
			}
			return repeat[O](known)
		}
		out, err = do(ctx, in)
		s.keepAnswer(ctx, operation, in.IdempotencyKey, out, err)
		return out, err
	}
}

// toldApart stands for what hashRequest makes of a request, and is changed with it:
// keys of builds that hash otherwise are none of ours, nor ours theirs. Without a
// kept answer a repeated request is still harmless: a store finds its record, a
// cancel the intent of its key.
const toldApart = " 2"

// hashRequest tells requests apart by what was sent, whatever our types make of
// it, so that a release with more fields takes a request for the same.
//
// The password is no part of it. Whether it is right is only told by who counts
// the guesses, and here a guess would be answered by the comparison. The hash is
// keyed because the rest may be guessed as well: an account to refund to.
func (s *server) hashRequest(sent []byte) ([]byte, error) {
	var members map[string]any
	if err := json.Unmarshal(sent, &members); err != nil {
		return nil, err
	}
	maps.DeleteFunc(members, func(name string, _ any) bool { return strings.EqualFold(name, "password") })
	plain, err := json.Marshal(members) // sorted
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, s.hashKey)
	mac.Write(plain)
	return mac.Sum(nil), nil
}

func repeat[O any](known *store.Answer) (out O, err error) {
	if !known.Refused() {
		return out, json.Unmarshal(known.Body, &out)
	}
	p := &problem{}
	if err := json.Unmarshal(known.Body, &p.Problem); err != nil {
		return out, err
	}
	return out, p
}

// keepAnswer may fail without harm: the request can be repeated as if it had
// never been answered.
func (s *server) keepAnswer(ctx context.Context, operation, key string, out any, err error) {
	answer, told := store.Answer{Status: http.StatusOK}, out
	if err != nil {
		p := problemOf(ctx, err)
		if !final(p.Status) {
			return
		}
		answer.Status, told = p.Status, p.Problem
	}
	var body bytes.Buffer
	failed := encodeJSON(&body, told)
	if failed == nil {
		answer.Body = body.Bytes()
		failed = s.keys.KeepAnswer(context.WithoutCancel(ctx), operation, key, answer)
	}
	if failed != nil {
		note(ctx, slog.LevelWarn, failed)
	}
}

// final reports whether an answer may be repeated for as long as the key lives.
// What is missing may come, what is forbidden may be mended, and a gateway's own
// 404 may only mean that it is asked too early.
func final(status int) bool { return status < 300 || status == http.StatusUnprocessableEntity }
