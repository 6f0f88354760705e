package payment

import (
	"context"
	"errors"

	"github.com/google/uuid"
)

// checkPassword answers for the password of one record.
func (s *Service) checkPassword(ctx context.Context, record uuid.UUID, hash, password string) error {
	err := s.passwords.Verify(ctx, record, hash, password)
	var many *TooManyAttempts
	switch {
	case errors.Is(err, ErrWrongPassword):
		return failf(CodeWrongPassword, nil, "Wrong password.")
	case errors.As(err, &many):
		return failf(CodeTooManyAttempts, many, "Too many wrong passwords for this record.")
	}
	return err
}

// samePassword refuses a repeated registration with another password as what it
// is: another registration.
func (s *Service) samePassword(ctx context.Context, record uuid.UUID, hash, password string) error {
	err := s.checkPassword(ctx, record, hash, password)
	var e *Error
	if errors.As(err, &e) && e.Code == CodeWrongPassword {
		return errTaken()
	}
	return err
}

// renewPassword stores a better hash of a password that was right for an outdated
// one. It may fail without harm: the old one goes on to open the record.
func (s *Service) renewPassword(ctx context.Context, record uuid.UUID, hash, password string) {
	if !s.passwords.Outdated(hash) {
		return
	}
	renewed, err := s.passwords.Hash(ctx, password)
	if err == nil {
		err = s.store.RenewPassword(ctx, record, hash, renewed)
	}
	if err != nil {
		s.log.Warn("outdated password hash not renewed", "record", record, "error", err)
		return
	}
	s.passwords.Remember(record, renewed, password)
}
