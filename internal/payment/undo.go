package payment

import (
	"context"
	"errors"
)

// undoReason stands in the PG's records, in the words of the original.
const undoReason = "잘못된 금액을 결제함"

// undone is how the undoing of a wrong payment ended.
type undone int

const (
	undoneRefunded undone = iota
	undoneEmpty           // nothing had been paid
	undoneClosed          // nothing had been paid, nor will be
	undoneOpen            // nothing had been paid, and the PG will not close the account
	undoneRefused         // the PG holds the money and will not give it back by itself
)

// whyUndone is why a payment is undone.
func whyUndone(code Code) *Error {
	switch code {
	case CodeAlreadyRegistered:
		return failf(code, nil, "This source is registered already, with another payment.")
	case CodeOrderMismatch:
		return failf(code, nil, "This payment was made for another order than source.id.")
	}
	return failf(code, nil, "This payment is of another amount than price.")
}

// undo gives back what was captured wrongly, and returns why, or that the
// outcome is unknown. The decision is committed before the PG is asked. What has
// a record is never given back because of what another request claims.
func (s *Service) undo(ctx context.Context, i *Intent, why *Error) error {
	err := s.store.BeginUndo(ctx, i, why.Code)
	switch {
	case errors.Is(err, ErrDuplicate):
		_, err := s.recordedByAnother(ctx, i)
		return err
	case err != nil:
		return s.unsettled(ctx, i, err)
	}
	s.reached(StepUndoIntended)
	return s.finishUndo(ctx, i, why)
}

// finishUndo tells the client what became of the money.
func (s *Service) finishUndo(ctx context.Context, i *Intent, why *Error) error {
	how, err := s.giveBack(ctx, i)
	if err != nil {
		return s.unsettled(ctx, i, err)
	}
	switch how {
	case undoneEmpty:
		return failf(why.Code, nil, "%s Nothing had been paid.", why.Message)
	case undoneClosed:
		return failf(why.Code, nil, "%s Nothing had been paid; its virtual account has been closed.", why.Message)
	case undoneOpen:
		return failf(why.Code, nil,
			"%s Nothing had been paid; the payment gateway refuses to close its virtual account.", why.Message)
	case undoneRefused:
		return failf(CodeUndoRefused, why,
			"%s The payment gateway holds the money and refuses to give it back: refund it by hand.", why.Message)
	}
	return failf(why.Code, nil, "%s What was paid has been refunded.", why.Message)
}

// giveBack refunds the PG's whole balance, or sees to it that nothing is paid any
// more, and settles the intent. It looks first: what the service claimed is known
// to be wrong.
func (s *Service) giveBack(ctx context.Context, i *Intent) (undone, error) {
	gw, err := s.gateway(i.Vendor.Code)
	if err != nil {
		return 0, err
	}
	snap, err := gw.Lookup(ctx, i.Vendor)
	switch {
	case err != nil:
		return 0, err
	case snap.Status == Waiting:
		return s.closeAccount(ctx, gw, i, snap)
	case !snap.holdsMoney():
		return undoneEmpty, s.store.MoveIntent(ctx, i.ID, StateUndone, "nothing to refund")
	}
	return s.refundAll(ctx, gw, i, snap)
}

func (s *Service) refundAll(ctx context.Context, gw Gateway, i *Intent, snap Snapshot) (undone, error) {
	balance := snap.Price.Sub(snap.Refund)
	_, err := gw.Refund(ctx, Refund{
		Vendor: i.Vendor, OrderID: snap.OrderID, Amount: balance, ExpectedBalance: balance,
		Reason: undoReason, IdempotencyKey: i.idempotencyKey("undo", s.now()) + ":" + balance.String(),
	})
	s.reached(StepUndone)
	var declined *Declined
	if errors.As(err, &declined) {
		return s.refuseUndo(ctx, i, declined)
	}
	if err != nil {
		return 0, err
	}
	return undoneRefunded, s.store.MoveIntent(ctx, i.ID, StateUndone, "refunded")
}

// closeAccount ends a virtual account before anybody pays into it.
func (s *Service) closeAccount(ctx context.Context, gw Gateway, i *Intent, snap Snapshot) (undone, error) {
	_, err := gw.Close(ctx, Refund{
		Vendor: i.Vendor, OrderID: snap.OrderID, Amount: snap.Price, ExpectedBalance: snap.Price,
		Reason: undoReason, IdempotencyKey: i.idempotencyKey("close", s.now()),
	})
	s.reached(StepUndone)
	var declined *Declined
	switch {
	case err == nil:
		return undoneClosed, s.store.MoveIntent(ctx, i.ID, StateUndone, "closed")
	case !errors.As(err, &declined):
		return 0, err
	}
	snap, err = gw.Lookup(ctx, i.Vendor)
	switch {
	case err != nil:
		return 0, err
	case snap.holdsMoney(): // paid in the meantime: the next round refunds it
		return 0, errors.New("virtual account was paid while it was to be closed: " + declined.Error())
	case snap.Status != Waiting: // an earlier request has closed it
		return undoneClosed, s.store.MoveIntent(ctx, i.ID, StateUndone, "closed")
	}
	// Its deposit would be of a payment without a record, which nothing here would ever tell of.
	s.log.Error("the PG refuses to close a virtual account: close it by hand, or refund what is paid into it",
		"intent", i.ID, "vendor", i.Vendor.Code, "code", declined.Code)
	return undoneOpen, s.store.MoveIntent(ctx, i.ID, StateManual, "left open")
}

// refuseUndo is for a PG that would not refund: because another was faster, or
// for a person to find out. While an earlier request may be under way, it may
// still be carried out, and nobody is called.
func (s *Service) refuseUndo(ctx context.Context, i *Intent, declined *Declined) (undone, error) {
	snap, err := s.lookup(ctx, i.Vendor)
	if err != nil {
		return 0, err
	}
	if !snap.holdsMoney() {
		return undoneRefunded, s.store.MoveIntent(ctx, i.ID, StateUndone, "refunded")
	}
	if i.Doubt {
		s.letGo(ctx, i, false)
		return 0, refusedInDoubt(declined)
	}
	s.log.Error("the PG refuses to undo a wrong capture: refund it by hand",
		"intent", i.ID, "vendor", i.Vendor.Code, "status", declined.Status, "code", declined.Code)
	return undoneRefused, s.store.MoveIntent(ctx, i.ID, StateManual, declined.Code)
}
