package payment

import (
	"context"
	"errors"
)

// Booking asks to keep the record of a billing key.
type Booking struct {
	Vendor   Vendor
	Source   Source
	Title    string
	Password string
}

// Reserve reads a billing key from its PG and stores its reservation. No money
// moves, so no intent is needed. The same booking again returns the same reservation.
func (s *Service) Reserve(ctx context.Context, b Booking) (*Reservation, error) {
	gw, err := s.gateway(b.Vendor.Code)
	if err != nil {
		return nil, err
	}
	if err := b.Vendor.check(); err != nil {
		return nil, err
	}
	if r, err := s.Reserved(ctx, b); !errors.Is(err, ErrNotFound) {
		return r, err
	}
	s.reached(StepBillingKeyWanted)
	data, err := gw.BillingKey(ctx, b.Vendor, b.Source.ID)
	s.reached(StepBillingKeyRead)
	var declined *Declined
	switch {
	case errors.As(err, &declined):
		return nil, declinedBy(declined)
	case err != nil:
		return nil, failf(CodeUnavailable, err, "The payment gateway could not be reached; try again.")
	}
	hash, err := s.passwords.Hash(ctx, b.Password)
	if err != nil {
		return nil, err
	}
	r := &Reservation{
		ID: NewID(), Vendor: b.Vendor, Source: b.Source, Title: b.Title,
		PasswordHash: hash, Data: data, CreatedAt: s.now(),
	}
	switch err := s.store.InsertReservation(ctx, r); {
	case errors.Is(err, ErrDuplicate): // an equal booking was faster, or another one has the billing key
		r, err := s.Reserved(ctx, b)
		if errors.Is(err, ErrNotFound) {
			return nil, errTaken()
		}
		return r, err
	case err != nil:
		return nil, err
	}
	s.reached(StepReserved)
	s.passwords.Remember(r.ID, hash, b.Password)
	return r, nil
}

// Reserved returns the reservation of an identical, earlier booking, ErrNotFound
// where the source has none, or why another one stands in the way.
func (s *Service) Reserved(ctx context.Context, b Booking) (*Reservation, error) {
	r, err := s.store.ReservationBySource(ctx, b.Source)
	switch {
	case err != nil:
		return nil, err
	case r.Vendor != b.Vendor || r.Title != b.Title:
		return nil, errTaken()
	}
	if err := s.samePassword(ctx, r.ID, r.PasswordHash, b.Password); err != nil {
		return nil, err
	}
	return r, nil
}
