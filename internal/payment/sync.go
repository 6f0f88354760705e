package payment

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// maxStale bounds how often a record may change under a writer before it gives up.
const maxStale = 10

// Sync looks at the PG and records what it says.
func (s *Service) Sync(ctx context.Context, code VendorCode, uid string) error {
	h, err := s.store.HistoryByVendor(ctx, code, uid)
	if errors.Is(err, ErrNotFound) { // somebody has deleted it
		return nil
	}
	if err != nil {
		return err
	}
	snap, err := s.lookup(ctx, h.Vendor)
	if err != nil {
		return fmt.Errorf("look up payment of history %s: %w", h.ID, err)
	}
	s.reached(StepLookedUp)
	_, err = s.record(ctx, h, snap, "webhook", uuid.Nil)
	s.reached(StepSynced)
	return err
}

// record writes what the PG says over h, queues a webhook if that is a change,
// and settles an intent, all in one commit. snap must have been taken after h
// was read; when h has changed since, both are taken again.
func (s *Service) record(ctx context.Context, h *History, snap Snapshot, cause string,
	settles uuid.UUID) (*History, error) {
	for range maxStale {
		next, changed := h.after(snap)
		if !changed && settles == uuid.Nil && bytes.Equal(h.Data, snap.Data) {
			return h, nil
		}
		update := Update{Next: next, Settles: settles}
		if changed {
			notice, err := s.notice(h, next, cause)
			if err != nil {
				return nil, err
			}
			update.Notice = notice
		}
		err := s.store.UpdateHistory(ctx, update)
		switch {
		case errors.Is(err, ErrDuplicate): // another has settled the intent
			settles = uuid.Nil
		case !errors.Is(err, ErrStale):
			return next, err
		}
		if h, snap, err = s.refetch(ctx, h.ID); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("record history %s: %w, %d times in a row", h.ID, ErrStale, maxStale)
}

func (s *Service) refetch(ctx context.Context, id uuid.UUID) (*History, Snapshot, error) {
	h, err := s.store.History(ctx, id)
	if err != nil {
		return nil, Snapshot{}, err
	}
	snap, err := s.lookup(ctx, h.Vendor)
	return h, snap, err
}

func (s *Service) lookup(ctx context.Context, v Vendor) (Snapshot, error) {
	gw, err := s.gateway(v.Code)
	if err != nil {
		return Snapshot{}, err
	}
	return gw.Lookup(ctx, v)
}

func (s *Service) notice(previous, current *History, cause string) (*Notice, error) {
	before, err := s.present(previous)
	if err != nil {
		return nil, fmt.Errorf("present history %s: %w", previous.ID, err)
	}
	after, err := s.present(current)
	if err != nil {
		return nil, fmt.Errorf("present history %s: %w", current.ID, err)
	}
	return &Notice{ID: NewID(), Previous: before, Current: after, Cause: cause}, nil
}
