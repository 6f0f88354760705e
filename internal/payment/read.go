package payment

import (
	"context"
	"errors"

	"github.com/google/uuid"
)

// HistoryByID reads one history with its password.
func (s *Service) HistoryByID(ctx context.Context, id uuid.UUID, password string) (*History, error) {
	h, err := s.store.History(ctx, id)
	return s.openHistory(ctx, h, err, password)
}

// HistoryBySource reads the history of a source with its password.
func (s *Service) HistoryBySource(ctx context.Context, source Source, password string) (*History, error) {
	h, err := s.store.HistoryBySource(ctx, source)
	return s.openHistory(ctx, h, err, password)
}

func (s *Service) openHistory(ctx context.Context, h *History, err error, password string) (*History, error) {
	if errors.Is(err, ErrNotFound) {
		if err := s.passwords.VerifyNothing(ctx, password); err != nil {
			return nil, err
		}
		return nil, failf(CodeHistoryNotFound, nil, "There is no such payment history.")
	}
	if err != nil {
		return nil, err
	}
	if err := s.checkPassword(ctx, h.ID, h.PasswordHash, password); err != nil {
		return nil, err
	}
	s.renewPassword(ctx, h.ID, h.PasswordHash, password)
	return h, nil
}

// ReservationByID reads one reservation with its password.
func (s *Service) ReservationByID(ctx context.Context, id uuid.UUID, password string) (*Reservation, error) {
	r, err := s.store.Reservation(ctx, id)
	return s.openReservation(ctx, r, err, password)
}

// ReservationBySource reads the reservation of a source with its password.
func (s *Service) ReservationBySource(ctx context.Context, source Source, password string) (*Reservation, error) {
	r, err := s.store.ReservationBySource(ctx, source)
	return s.openReservation(ctx, r, err, password)
}

func (s *Service) openReservation(ctx context.Context, r *Reservation, err error,
	password string) (*Reservation, error) {
	if errors.Is(err, ErrNotFound) {
		if err := s.passwords.VerifyNothing(ctx, password); err != nil {
			return nil, err
		}
		return nil, failf(CodeReservationUnknown, nil, "There is no such payment reservation.")
	}
	if err != nil {
		return nil, err
	}
	if err := s.checkPassword(ctx, r.ID, r.PasswordHash, password); err != nil {
		return nil, err
	}
	s.renewPassword(ctx, r.ID, r.PasswordHash, password)
	return r, nil
}
