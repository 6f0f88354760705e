package payment

import (
	"context"
	"errors"
)

// undoReason stands in the PG's records, in the words of the original.
const undoReason = "잘못된 금액을 결제함"

// undo gives back what was captured wrongly, and returns why, or that the
// outcome is unknown. The decision is committed before the PG is asked.
func (s *Service) undo(ctx context.Context, i *Intent, why *Error) error {
	if err := s.store.MoveIntent(ctx, i.ID, StateUndoing, string(why.Code)); err != nil {
		return err
	}
	s.reached(StepUndoIntended)
	if err := s.refundAll(ctx, i); err != nil {
		return s.unknown(i, err)
	}
	return why
}

// refundAll refunds the PG's whole balance and settles the intent. It asks for
// the balance first: what the service claimed is known to be wrong.
func (s *Service) refundAll(ctx context.Context, i *Intent) error {
	gw, err := s.gateway(i.Vendor.Code)
	if err != nil {
		return err
	}
	snap, err := gw.Lookup(ctx, i.Vendor)
	if err != nil {
		return err
	}
	if !snap.holdsMoney() {
		return s.store.MoveIntent(ctx, i.ID, StateUndone, "nothing to refund")
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
		return err
	}
	return s.store.MoveIntent(ctx, i.ID, StateUndone, "refunded")
}

// refuseUndo is for a PG that would not refund: because another was faster, or
// for a person to find out.
func (s *Service) refuseUndo(ctx context.Context, i *Intent, declined *Declined) error {
	snap, err := s.lookup(ctx, i.Vendor)
	if err != nil {
		return err
	}
	if !snap.holdsMoney() {
		return s.store.MoveIntent(ctx, i.ID, StateUndone, "refunded")
	}
	s.log.Error("the PG refuses to undo a wrong capture: refund it by hand",
		"intent", i.ID, "vendor", i.Vendor.Code, "status", declined.Status, "code", declined.Code)
	return s.store.MoveIntent(ctx, i.ID, StateManual, declined.Code)
}
