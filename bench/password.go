package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/samchon/payments-server/bench/httpload"
)

// forgetful lets a worker remember one password, so that every read has to compute.
const forgetful = "passwords:\n  cache_entries: 1\n"

// hash is OWASP's minimum for argon2id, which the server uses as well.
func hash(context.Context) error {
	argon2.IDKey([]byte(password), []byte("0123456789abcdef"), 2, 19456, 1, 32)
	return nil
}

// coldPasswords compares reading records whose passwords nobody remembers with the
// hash that this takes.
func coldPasswords(ctx context.Context, s settings, r *report) (err error) {
	system, err := startSystem(ctx, s.payments, forgetful)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, system.stop()) }()
	ids, err := system.storeRecords(ctx, records)
	if err != nil {
		return err
	}
	load, err := system.reading(ids, readers)
	if err != nil {
		return err
	}
	return match{
		what: "read a history, cold password", goal: 0.9, laps: 3,
		ours: contender{"PATCH /histories/{id}", load.Closed},
		peer: contender{"argon2id alone, a loop on each core", func(ctx context.Context, d time.Duration) (httpload.Lap, error) {
			return httpload.Work(ctx, d, runtime.NumCPU(), hash)
		}},
	}.play(ctx, s, r)
}
