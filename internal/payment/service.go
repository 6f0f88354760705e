package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// Passwords guards the records. Verify returns ErrWrongPassword or a *TooManyAttempts.
type Passwords interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, record uuid.UUID, hash, password string) error
	// Remember spares the next Verify of what was hashed just now.
	Remember(record uuid.UUID, hash, password string)
	// Outdated reports whether a hash should be made anew from its password.
	Outdated(hash string) bool
	// VerifyNothing spends what Verify spends, so that time does not tell
	// whether a record exists.
	VerifyNothing(ctx context.Context, password string) error
}

// ErrWrongPassword is all that is said about a password that does not match.
var ErrWrongPassword = errors.New("wrong password")

// TooManyAttempts refuses to look at a password after repeated failures.
type TooManyAttempts struct{ RetryAfter time.Duration }

func (e *TooManyAttempts) Error() string {
	return fmt.Sprintf("too many wrong passwords for this record; try again in %s", e.RetryAfter)
}

// Config is what a Service works with. Every field but Reached and Lease is needed.
type Config struct {
	Store     Store
	Gateways  map[VendorCode]Gateway
	Passwords Passwords
	// Present gives the public form of a record, as webhooks carry it.
	Present func(*History) ([]byte, error)
	Now     func() time.Time
	Log     *slog.Logger
	// Reached is told of each step; nil outside of crash tests.
	Reached func(Step)
	// Lease stands in for the constant of that name; 0 outside of crash tests.
	Lease time.Duration
}

// Service is the payment domain. Its methods may be called at the same time,
// also from several processes on the same store.
type Service struct {
	store     Store
	gateways  map[VendorCode]Gateway
	passwords Passwords
	present   func(*History) ([]byte, error)
	now       func() time.Time
	log       *slog.Logger
	reached   func(Step)
	lease     time.Duration
}

// New returns a Service.
func New(c Config) *Service {
	if c.Reached == nil {
		c.Reached = func(Step) {}
	}
	if c.Lease == 0 {
		c.Lease = Lease
	}
	return &Service{
		store: c.Store, gateways: c.Gateways, passwords: c.Passwords,
		present: c.Present, now: c.Now, log: c.Log, reached: c.Reached, lease: c.Lease,
	}
}

func (s *Service) gateway(code VendorCode) (Gateway, error) {
	gw, ok := s.gateways[code]
	if !ok {
		return nil, failf(CodeUnknownVendor, nil, "there is no payment gateway called %q", code)
	}
	return gw, nil
}
