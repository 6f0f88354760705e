package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
)

// Cancellation asks to refund a payment, whole or in part.
type Cancellation struct {
	Source   Source
	Password string
	Amount   money.Amount
	Reason   string
	Account  *Account // where a virtual account's deposit goes back to
	// Key is the client's idempotency key: under one key a payment is refunded
	// once. Without one, equal cancels one after another are as many refunds.
	Key string
}

// Cancel refunds through the PG and records it.
func (s *Service) Cancel(ctx context.Context, c Cancellation) (*History, error) {
	// Iamport reads an amount of 0 as "everything".
	if c.Amount.Sign() <= 0 {
		return nil, failf(CodeInvalid, nil, "The price of a cancel must be more than 0.")
	}
	h, err := s.HistoryBySource(ctx, c.Source, c.Password)
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.detached(ctx)
	defer cancel()
	for range maxStale {
		intent := s.cancelIntent(h, c)
		switch err := s.store.OpenIntent(ctx, intent, s.lease); {
		case errors.Is(err, ErrDuplicate):
			return s.joinCancel(ctx, intent)
		case errors.Is(err, ErrStale):
			if h, err = s.store.History(ctx, h.ID); err != nil {
				return nil, err
			}
			continue
		case err != nil:
			return nil, err
		}
		s.reached(StepCancelIntended)
		return s.refund(ctx, intent, h)
	}
	return nil, failf(CodeInProgress, fmt.Errorf("cancel history %s: %w, %d times in a row", h.ID, ErrStale, maxStale),
		"This payment keeps changing; try again in a moment.")
}

func (s *Service) cancelIntent(h *History, c Cancellation) *Intent {
	return &Intent{
		ID: NewID(), Kind: IntentCancel, State: StateSending, HistoryID: h.ID,
		Source: h.Source, Vendor: h.Vendor, CreatedAt: s.now(), Revision: h.Revision, ClientKey: c.Key,
		Request: IntentRequest{Amount: c.Amount, ExpectedBalance: h.Balance(), Reason: c.Reason, Account: c.Account},
	}
}

// joinCancel is for a cancel that met another. An equal one that is still open,
// and came under the same key or, like itself, without one, it helps to finish: a
// client that saw no answer and asks again means the same refund. One that is
// settled it answers for. Any other has to end first.
func (s *Service) joinCancel(ctx context.Context, mine *Intent) (*History, error) {
	met, err := s.store.OpenIntentOf(ctx, mine)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && !met.repeatedBy(mine), err == nil && met.State == StateManual:
		return nil, failf(CodeInProgress, nil, "Another cancel of this payment is under way; try again when it is done.")
	case err != nil:
		return nil, err
	case !met.State.Settled():
		return s.resume(ctx, met)
	case met.State == StateDone:
		return s.store.History(ctx, met.HistoryID)
	}
	const message = "It was declined when it was first asked for."
	return nil, declinedBy(&Declined{Status: 422, Code: met.Outcome, Message: message})
}

func (i *Intent) repeatedBy(o *Intent) bool {
	return i.ClientKey == o.ClientKey && i.Request.sameRefund(o.Request)
}

func (r IntentRequest) sameRefund(o IntentRequest) bool {
	sameAccount := r.Account == o.Account || r.Account != nil && o.Account != nil && *r.Account == *o.Account
	return r.Amount.Equal(o.Amount) && r.Reason == o.Reason && sameAccount
}

// refund asks the PG for the first time. h was read before, so that what the PG
// answers is newer.
func (s *Service) refund(ctx context.Context, i *Intent, h *History) (*History, error) {
	gw, err := s.gateway(i.Vendor.Code)
	if err != nil {
		return nil, err
	}
	snap, err := gw.Refund(ctx, i.refund(s.now()))
	s.reached(StepRefunded)
	return s.settleCancel(ctx, i, h, snap, err, i.CreatedAt.Add(-clocksApart))
}

// clocksApart is by how much a PG's clock may differ from ours.
const clocksApart = 10 * time.Second

// settleCancel draws the consequences of the PG's answer. A refusal is final only
// when the PG's books do not show the refund: the resolver, or a client who
// repeated itself, or whatever repeats requests on the way to the PG, may have been
// faster, and then the balance was not the expected one any more. A refund of before
// since is none of ours: a clerk has made it.
func (s *Service) settleCancel(ctx context.Context, i *Intent, h *History, snap Snapshot, err error, since time.Time) (*History, error) {
	var declined *Declined
	if errors.As(err, &declined) {
		snap, err = s.lookup(ctx, i.Vendor)
	}
	switch {
	case err != nil:
		return nil, s.unknown(ctx, i, err)
	case declined != nil && !i.doneIn(snap, since):
		return nil, s.refuseCancel(ctx, i, h, snap, declined)
	}
	h, err = s.record(ctx, h, snap, "cancel", i.ID)
	s.reached(StepCancelRecorded)
	if err != nil {
		return nil, s.unsettled(ctx, i, err) // refunded, and yet to be recorded
	}
	return h, nil
}

// doneIn reports whether the snapshot holds this cancel, or one that cannot be told from
// it: a refund of its amount that met the balance it expected. Its reason tells
// nothing, for a PG may keep it in other words, and who took that for another refund
// would make a second one.
func (i *Intent) doneIn(snap Snapshot, since time.Time) bool {
	c, ok := i.refundIn(snap)
	return ok && !c.CreatedAt.Before(since)
}

func (i *Intent) refundIn(snap Snapshot) (c Cancel, ok bool) {
	balance := snap.Price
	for _, c = range snap.Cancels {
		if balance.Equal(i.Request.ExpectedBalance) {
			return c, c.Amount.Equal(i.Request.Amount)
		}
		balance = balance.Sub(c.Amount)
	}
	return c, false
}

// refuseCancel settles a cancel that the PG did not carry out. The refusal may
// tell that our record is behind, so what the PG says is recorded as well.
func (s *Service) refuseCancel(ctx context.Context, i *Intent, h *History, snap Snapshot, declined *Declined) error {
	refused := s.refuse(ctx, i, declined)
	if _, err := s.record(ctx, h, snap, "cancel", uuid.Nil); err != nil {
		s.log.Warn("record not refreshed after a declined cancel", "history", h.ID, "error", err)
	}
	return refused
}
