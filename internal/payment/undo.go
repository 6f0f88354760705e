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
	undoneRefused         // the PG holds the money and will not give it back by itself
)

// mismatch is why a payment is undone.
func mismatch(code Code) *Error {
	if code == CodeOrderMismatch {
		return failf(code, nil, "This payment was made for another order than source.id.")
	}
	return failf(code, nil, "This payment is of another amount than price.")
}

// undo gives back what was captured wrongly, and returns why, or that the
// outcome is unknown. The decision is committed before the PG is asked.
func (s *Service) undo(ctx context.Context, i *Intent, why *Error) error {
	if err := s.store.MoveIntent(ctx, i.ID, StateUndoing, string(why.Code)); err != nil {
		return s.unsettled(ctx, i, err)
	}
	s.reached(StepUndoIntended)
	return s.finishUndo(ctx, i, why)
}

// finishUndo tells the client what became of the money.
func (s *Service) finishUndo(ctx context.Context, i *Intent, why *Error) error {
	how, err := s.refundAll(ctx, i)
	if err != nil {
		return s.unsettled(ctx, i, err)
	}
	switch how {
	case undoneEmpty:
		return failf(why.Code, nil, "%s Nothing had been paid; a virtual account stays open at the gateway.", why.Message)
	case undoneRefused:
		return failf(CodeUndoRefused, why, "%s The payment gateway holds the money and refuses to give it back: refund it by hand.", why.Message)
	}
	return failf(why.Code, nil, "%s What was paid has been refunded.", why.Message)
}

// refundAll refunds the PG's whole balance and settles the intent. It asks for
// the balance first: what the service claimed is known to be wrong.
func (s *Service) refundAll(ctx context.Context, i *Intent) (undone, error) {
	gw, err := s.gateway(i.Vendor.Code)
	if err != nil {
		return 0, err
	}
	snap, err := gw.Lookup(ctx, i.Vendor)
	if err != nil {
		return 0, err
	}
	if !snap.holdsMoney() {
		return undoneEmpty, s.store.MoveIntent(ctx, i.ID, StateUndone, "nothing to refund")
	}
	balance := snap.Price.Sub(snap.Refund)
	_, err = gw.Refund(ctx, Refund{
		Vendor: i.Vendor, OrderID: snap.OrderID, Amount: balance, ExpectedBalance: balance,
		Reason: undoReason, IdempotencyKey: "undo:" + i.ID.String() + ":" + balance.String(),
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
