package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

const (
	// sessionLife is how long Toss keeps a payment that was authenticated but
	// never confirmed. An unknown payment is proof of "never captured" only later.
	sessionLife = 10 * time.Minute
	// replayLife is how long a request is repeated before a person has to look: Toss
	// keeps idempotency keys for 15 days, a day is left as margin.
	replayLife = 14 * 24 * time.Hour
)

// ErrUnsettled means that the PG could not be brought to say what happened; ask again later.
var ErrUnsettled = errors.New("outcome still unknown")

// Resolve finishes an intent that nobody may be working on any more, by asking
// the PG what happened. It returns nil when the intent is settled, and
// ErrUnsettled (wrapped) when it has to be asked again. Any number of resolvers
// may run at the same time, also beside the request itself.
func (s *Service) Resolve(ctx context.Context, id uuid.UUID) error {
	ctx, cancel := context.WithTimeout(ctx, s.lease)
	defer cancel()
	i, err := s.store.Intent(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if i.State.Settled() {
		return nil
	}
	_, failed := s.resume(ctx, i)
	if failed == nil {
		return nil
	}
	// Most errors are answers to the client: declined, undone. The state tells.
	if i, err = s.store.Intent(ctx, id); err == nil && i.State.Settled() {
		return nil
	}
	return fmt.Errorf("%w: intent %s: %w", ErrUnsettled, id, failed)
}

// resume carries on with an open intent, and answers as the request itself would
// have. One that is in another's hands it only looks at.
func (s *Service) resume(ctx context.Context, met *Intent) (*History, error) {
	i, err := s.store.HoldIntent(ctx, met.ID, s.lease)
	switch {
	case errors.Is(err, ErrHeld):
		return s.peek(ctx, met)
	case err != nil:
		return nil, err
	}
	if s.now().Sub(i.CreatedAt) > replayLife {
		s.log.Error("intent can no longer be repeated safely: look at the PG by hand", "intent", i.ID, "kind", i.Kind,
			"vendor", i.Vendor.Code)
		return nil, s.giveUp(ctx, i)
	}
	switch {
	case i.State == StateUndoing:
		return nil, s.resumeUndo(ctx, i)
	case i.Kind == IntentCapture:
		return s.resumeCapture(ctx, i)
	default:
		return s.resumeCancel(ctx, i)
	}
}

func (s *Service) giveUp(ctx context.Context, i *Intent) error {
	if err := s.store.MoveIntent(ctx, i.ID, StateManual, "too old to repeat"); err != nil {
		return err
	}
	return failf(CodeInProgress, nil, "The outcome at the payment gateway is unknown and has to be looked at by hand.")
}

func (s *Service) resumeUndo(ctx context.Context, i *Intent) error {
	return s.finishUndo(ctx, i, whyUndone(Code(i.Outcome)))
}

// resumeCapture looks before it asks again: an approved payment needs no second request.
func (s *Service) resumeCapture(ctx context.Context, i *Intent) (*History, error) {
	snap, err := s.lookup(ctx, i.Vendor)
	switch {
	case notFound(err) && s.now().Sub(i.CreatedAt) > sessionLife:
		return s.settleCapture(ctx, i, snap, err)
	case err != nil:
		s.letGo(ctx, i, false) // nothing was asked but for a look
		return nil, s.unclear(i, err)
	case snap.Status == Open || snap.Status == Failed:
		// The PG either does it now, or repeats what it said then.
		return s.capture(ctx, i)
	}
	return s.settleCapture(ctx, i, snap, nil)
}

// resumeCancel repeats the refund: with the balance that it expects, the PG does it
// once, under whichever key. It looks at the payment then, because what a
// PG repeats under a key is as old as the key.
func (s *Service) resumeCancel(ctx context.Context, i *Intent) (*History, error) {
	h, err := s.store.History(ctx, i.HistoryID)
	if err != nil {
		s.letGo(ctx, i, false)
		return nil, err
	}
	gw, err := s.gateway(i.Vendor.Code)
	if err != nil {
		return nil, err
	}
	snap, err := gw.Refund(ctx, i.refund(s.now()))
	if err == nil {
		if snap, err = gw.Lookup(ctx, i.Vendor); err != nil { // the refund itself was not refused
			return nil, s.unknown(ctx, i, err)
		}
	}
	return s.settleCancel(ctx, i, h, snap, err, time.Time{}) // the first request may have refunded, by whichever clock
}
