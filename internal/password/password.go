// Package password keeps the passwords that guard records: it hashes new ones
// with argon2id, and verifies those as well as the bcrypt hashes of the server
// before us. It stores nothing; hashes come from and go to the caller's table.
//
// The passwords are made by machines and sent with each call, thousands of times
// a minute, while one argon2id takes 20 to 30 ms of a core and 19 MiB. Therefore
//
//   - only so many hashes are computed at once, the others wait their turn;
//   - a password found right is remembered for a while, as an HMAC under a key
//     that lives and dies with the process: a dump of the memory holds no
//     password and nothing to compare guesses with cheaply elsewhere;
//   - equal questions asked at the same time are answered by one computation;
//   - guessing at one record is slowed, then refused for twice as long each time.
//     Who knows a password that was right a moment ago passes all the same, so
//     guessing locks nobody out who is at work.
//
// All of that is the process's own: two workers allow twice the tries of one.
package password

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// ErrWrong says that the password is not the record's.
var ErrWrong = errors.New("wrong password")

// TooManyError says that the record has seen too many wrong passwords lately, and
// that the one given was not looked at.
type TooManyError struct{ RetryAfter time.Duration }

func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many wrong passwords, try again in %s", e.RetryAfter)
}

// Options of a Verifier; the zero value of each means its default.
type Options struct {
	Concurrency int           // hashes computed at once: GOMAXPROCS
	CacheSize   int           // right passwords remembered: 100,000, about 20 MB
	CacheTTL    time.Duration // and for how long: 10 minutes
	FreeTries   int           // wrong passwords before the first refusal: 5
	FirstWait   time.Duration // how long that one lasts, then doubled: 1 s
	LongestWait time.Duration // and the end of doubling: 15 minutes
	Now         func() time.Time
	Compute     func(hash func()) // runs each computation, which holds a processor for long: at once
}

// Stats are counts since the start.
type Stats struct {
	Hits     uint64 // verified from memory
	Misses   uint64 // computed, whatever came out
	Failures uint64 // found wrong
	Refused  uint64 // not looked at
}

// Record is what a password guards: its id, and the hash its row holds.
type Record struct{ ID, Hash string }

// Verifier hashes and verifies passwords. Many goroutines may share it.
type Verifier struct {
	turns   *semaphore.Weighted
	most    int // turns
	waiting atomic.Int64
	run     func(hash func())
	known   *cache
	limits  *limiter
	flights flights
	nothing string // hashOfNothing

	hits, misses, failures, refused atomic.Uint64

	limit sync.Mutex
	kept  int // turns that Limit keeps from everybody
}

// New returns a Verifier.
func New(o Options) *Verifier {
	o = o.withDefaults()
	return &Verifier{
		turns:   semaphore.NewWeighted(int64(o.Concurrency)),
		most:    o.Concurrency,
		run:     o.Compute,
		known:   newCache(o),
		limits:  newLimiter(o),
		nothing: hashOfNothing(),
	}
}

// Limit lets only n hashes, one at least, be computed at once from now on; never more than Options.Concurrency. It waits for
// those that are too many to end, and fails only if ctx ends before; then nothing has changed.
func (v *Verifier) Limit(ctx context.Context, n int) error {
	v.limit.Lock()
	defer v.limit.Unlock()
	more := v.most - min(max(n, 1), v.most) - v.kept
	if more > 0 {
		if err := v.turns.Acquire(ctx, int64(more)); err != nil {
			return fmt.Errorf("wait for hashes to end: %w", err)
		}
	} else {
		v.turns.Release(int64(-more))
	}
	v.kept += more
	return nil
}

// Hash returns the hash to store for password, of any length, even none. It fails
// only if ctx ends while it waits for its turn.
func (v *Verifier) Hash(ctx context.Context, password string) (hash string, _ error) {
	if err := v.takeTurn(ctx); err != nil {
		return "", fmt.Errorf("wait to hash a password: %w", err)
	}
	defer v.turns.Release(1)
	v.run(func() { hash = hashArgon2id(password) })
	return hash, nil
}

// Verify returns nil if password is the record's, ErrWrong if it is not, and a
// *TooManyError if it was not looked at. Any other error says nothing about the
// password: ctx ended, or the stored hash is of no known form.
func (v *Verifier) Verify(ctx context.Context, record Record, password string) error {
	digest := v.known.digest(record, password)
	if v.known.has(digest) {
		v.hits.Add(1)
		return nil
	}
	return v.flights.do(ctx, digest, func() error {
		if wait := v.limits.take(record.ID); wait > 0 {
			v.refused.Add(1)
			return &TooManyError{RetryAfter: wait}
		}
		err := v.compute(ctx, record.Hash, password)
		switch {
		case err == nil:
			v.limits.reset(record.ID)
			v.known.add(digest)
		case errors.Is(err, ErrWrong):
			v.failures.Add(1)
		default:
			v.limits.giveBack(record.ID)
		}
		return err
	})
}

// Remember spares the next Verify of a hash that Hash has just made of password.
func (v *Verifier) Remember(record Record, password string) {
	v.known.add(v.known.digest(record, password))
}

// Outdated reports whether a hash should be made anew when its password is at
// hand: bcrypt, as the original payments-server stored it.
func Outdated(hash string) bool { return strings.HasPrefix(hash, bcryptPrefix) }

// VerifyNothing takes the time that Verify takes for a wrong password, for the
// caller who found no record: so an answer's delay does not tell which records
// there are. It returns an error only if ctx ends while it waits.
func (v *Verifier) VerifyNothing(ctx context.Context, password string) error {
	v.known.has(v.known.digest(Record{Hash: v.nothing}, password))
	if err := v.compute(ctx, v.nothing, password); !errors.Is(err, ErrWrong) {
		return err
	}
	return nil
}

// Waiting returns how many hashes wait for their turn now.
func (v *Verifier) Waiting() int { return int(v.waiting.Load()) }

// Stats returns the counts for the metrics.
func (v *Verifier) Stats() Stats {
	return Stats{v.hits.Load(), v.misses.Load(), v.failures.Load(), v.refused.Load()}
}

func (v *Verifier) compute(ctx context.Context, hash, password string) (verdict error) {
	if err := v.takeTurn(ctx); err != nil {
		return fmt.Errorf("wait to verify a password: %w", err)
	}
	defer v.turns.Release(1)
	v.misses.Add(1)
	v.run(func() { verdict = compare(hash, password) })
	return verdict
}

func (v *Verifier) takeTurn(ctx context.Context) error {
	v.waiting.Add(1)
	defer v.waiting.Add(-1)
	return v.turns.Acquire(ctx, 1)
}

func (o Options) withDefaults() Options {
	o.Concurrency = orDefault(o.Concurrency, runtime.GOMAXPROCS(0))
	o.CacheSize = orDefault(o.CacheSize, 100_000)
	o.CacheTTL = orDefault(o.CacheTTL, 10*time.Minute)
	o.FreeTries = orDefault(o.FreeTries, 5)
	o.FirstWait = orDefault(o.FirstWait, time.Second)
	o.LongestWait = orDefault(o.LongestWait, 15*time.Minute)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Compute == nil {
		o.Compute = func(hash func()) { hash() }
	}
	return o
}

func orDefault[T int | time.Duration](value, fallback T) T {
	if value <= 0 {
		return fallback
	}
	return value
}
