package payment

import (
	"context"
	"errors"
	"time"
)

// Lease is how long an intent belongs to whoever asks the PG for it, and the
// deadline of their asking. A call to a PG may take a minute (PortOne asks for a
// read timeout of at least 60 s), the commits around it a few seconds each.
const Lease = 70 * time.Second

// ErrHeld means that somebody else is asking the PG for this intent.
var ErrHeld = errors.New("intent is in another's hands")

// detached outlives the client: once an intent is committed, a client that hangs
// up must not leave the PG asked and the answer unread. It ends before the lease
// of the intent does, which is opened or taken later.
func (s *Service) detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), s.lease)
}

// peek looks at an intent that is in another's hands. What the PG shows to be
// done is recorded, because the other may be dead; what it does not show proves
// nothing, because the other may be waiting for it. A refund in other words may be a
// clerk's, whom the other's is to meet yet.
func (s *Service) peek(ctx context.Context, i *Intent) (*History, error) {
	underWay := failf(CodeInProgress, nil, "The same request is under way; send it again to learn its outcome.")
	if i.State != StateSending {
		return nil, underWay
	}
	var h *History
	var err error
	if i.Kind == IntentCancel {
		if h, err = s.store.History(ctx, i.HistoryID); err != nil {
			return nil, err
		}
	}
	snap, err := s.lookup(ctx, i.Vendor)
	switch {
	case err != nil:
		s.log.Warn("payment not looked at while its intent is under way", "intent", i.ID, "error", err)
	case i.Kind == IntentCapture && i.capturedIn(snap):
		return s.finishCapture(ctx, i, snap)
	case i.Kind == IntentCancel && i.toldIn(snap):
		h, err = s.record(ctx, h, snap, "cancel", i.ID)
		if err == nil || errors.Is(err, ErrUnavailable) {
			return h, err
		}
		// It is refunded, and whoever holds the intent, or the resolver, will record it.
		s.log.Warn("refund not recorded while its intent is under way", "intent", i.ID, "error", err)
	}
	return nil, underWay
}

// toldIn reports whether the snapshot holds this cancel in its own words.
func (i *Intent) toldIn(snap Snapshot) bool {
	c, ok := i.refundIn(snap)
	return ok && c.Reason == i.Request.Reason
}

// capturedIn reports whether the snapshot is of this capture, approved.
func (i *Intent) capturedIn(snap Snapshot) bool {
	return snap.Status != Open && snap.Status != Failed &&
		snap.OrderID == i.Source.ID && snap.Price.Equal(i.Request.Amount)
}

// letGo opens the intent to whoever asks next. The PG may still act on a request
// that it has not answered: until the lease would have ended, the refusal of
// another request is no evidence against it.
func (s *Service) letGo(ctx context.Context, i *Intent, unanswered bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), letGoTimeout)
	defer cancel()
	if err := s.store.ReleaseIntent(ctx, i, unanswered); err != nil {
		s.log.Warn("intent not let go, its lease will end by itself", "intent", i.ID, "error", err)
	}
}

const letGoTimeout = 5 * time.Second
