package payment

import (
	"context"
	"errors"
	"net/url"

	"github.com/samchon/payments-server/api/money"
)

// Registration asks to capture a payment and to keep its record.
type Registration struct {
	Vendor     Vendor
	Source     Source
	Price      money.Amount
	Password   string
	WebhookURL string
}

// Register captures a payment at its PG and stores its history. The same
// registration again returns the same history.
func (s *Service) Register(ctx context.Context, r Registration) (*History, error) {
	if _, err := s.gateway(r.Vendor.Code); err != nil {
		return nil, err
	}
	if u, err := url.Parse(r.WebhookURL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, failf(CodeInvalid, nil,
			"webhook_url must be a URL of http or https, such as https://shop.example/webhooks.")
	}
	if err := r.Vendor.check(); err != nil {
		return nil, err
	}
	h, err := s.Registered(ctx, r)
	if !errors.Is(err, ErrNotFound) {
		return h, err
	}
	hash, err := s.passwords.Hash(ctx, r.Password)
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.detached(ctx)
	defer cancel()

	intent := &Intent{
		ID: NewID(), Kind: IntentCapture, State: StateSending, HistoryID: NewID(),
		Source: r.Source, Vendor: r.Vendor, CreatedAt: s.now(),
		Request: IntentRequest{Amount: r.Price, WebhookURL: r.WebhookURL, PasswordHash: hash},
	}
	switch err := s.store.OpenIntent(ctx, intent, s.lease); {
	case errors.Is(err, ErrDuplicate):
		return s.joinCapture(ctx, r, intent)
	case err != nil:
		return nil, err
	}
	s.reached(StepCaptureIntended)
	h, err = s.capture(ctx, intent)
	if err == nil {
		s.passwords.Remember(h.ID, hash, r.Password)
	}
	return h, err
}

// Registered returns the history of an identical, earlier registration,
// ErrNotFound where there is none, or why another one stands in the way.
func (s *Service) Registered(ctx context.Context, r Registration) (*History, error) {
	h, err := s.store.HistoryOf(ctx, r.Source, r.Vendor)
	switch {
	case err != nil:
		return nil, err
	case h.Source != r.Source || h.Vendor != r.Vendor || !h.Price.Equal(r.Price):
		return nil, errTaken()
	}
	if err := s.samePassword(ctx, h.ID, h.PasswordHash, r.Password); err != nil {
		return nil, err
	}
	return h, nil
}

func errTaken() *Error {
	return failf(CodeAlreadyRegistered, nil, "This source or this payment is registered already, with other particulars.")
}

// joinCapture is for a registration that met an open one. If it is the same, it
// helps to finish it: two who ask the PG under one key do not capture twice. Any
// other has to wait, for the open one may turn out to be nothing.
func (s *Service) joinCapture(ctx context.Context, r Registration, mine *Intent) (*History, error) {
	open, err := s.store.OpenIntentOf(ctx, mine)
	if err == nil {
		if open.Source != r.Source || open.Vendor != r.Vendor || !open.Request.Amount.Equal(r.Price) {
			return nil, failf(CodeInProgress, nil, "Another registration of this source or this payment is under way; try again when it is done.")
		}
		if err := s.samePassword(ctx, open.HistoryID, open.Request.PasswordHash, r.Password); err != nil {
			return nil, err
		}
		return s.resume(ctx, open)
	}
	if !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	h, err := s.Registered(ctx, r) // it has been finished meanwhile
	if errors.Is(err, ErrNotFound) {
		return nil, failf(CodeInProgress, nil, "The same registration has just been refused; send it again.")
	}
	return h, err
}

// capture asks the PG for the first time.
func (s *Service) capture(ctx context.Context, i *Intent) (*History, error) {
	gw, err := s.gateway(i.Vendor.Code)
	if err != nil {
		return nil, err
	}
	snap, err := gw.Capture(ctx, i.capture(s.now()))
	s.reached(StepCaptured)
	return s.settleCapture(ctx, i, snap, err)
}

// settleCapture draws the consequences of the PG's answer.
func (s *Service) settleCapture(ctx context.Context, i *Intent, snap Snapshot, err error) (*History, error) {
	var declined *Declined
	switch {
	case errors.As(err, &declined):
		return nil, s.refuse(ctx, i, declined)
	case err != nil:
		return nil, s.unknown(ctx, i, err)
	case snap.OrderID != i.Source.ID:
		return nil, s.undo(ctx, i, whyUndone(CodeOrderMismatch))
	case !snap.Price.Equal(i.Request.Amount):
		return nil, s.undo(ctx, i, whyUndone(CodePriceMismatch))
	}
	return s.finishCapture(ctx, i, snap)
}

func (s *Service) finishCapture(ctx context.Context, i *Intent, snap Snapshot) (*History, error) {
	h := i.history(snap)
	err := s.store.FinishCapture(ctx, i.ID, h, s.earlyKeys(h))
	s.reached(StepRecorded)
	switch {
	case errors.Is(err, ErrDuplicate):
		return s.overtaken(ctx, i)
	case err != nil:
		return nil, s.unsettled(ctx, i, err)
	}
	return h, nil
}

// overtaken is for a capture whose record could not be stored beside another. If that is of
// another payment of the same source, this one's is given back: nothing else would tell of it.
func (s *Service) overtaken(ctx context.Context, i *Intent) (*History, error) {
	_, err := s.store.HistoryByVendor(ctx, i.Vendor.Code, i.Vendor.UID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, s.undo(ctx, i, whyUndone(CodeAlreadyRegistered))
	case err != nil:
		return nil, s.unsettled(ctx, i, err)
	}
	return s.recordedByAnother(ctx, i)
}

// recordedByAnother is for a capture that somebody else finished: the resolver
// with our own history, or a registration of the same payment that was faster.
func (s *Service) recordedByAnother(ctx context.Context, i *Intent) (*History, error) {
	h, err := s.store.History(ctx, i.HistoryID)
	if !errors.Is(err, ErrNotFound) {
		return h, err
	}
	if err := s.store.MoveIntent(ctx, i.ID, StateDeclined, string(CodeAlreadyRegistered)); err != nil {
		return nil, s.unsettled(ctx, i, err)
	}
	return nil, errTaken()
}

func (i *Intent) history(snap Snapshot) *History {
	return &History{
		ID: i.HistoryID, Vendor: i.Vendor, Source: i.Source,
		Currency: snap.Currency, Price: snap.Price, Refund: snap.Refund, Data: snap.Data,
		WebhookURL: i.Request.WebhookURL, PasswordHash: i.Request.PasswordHash,
		CreatedAt: i.CreatedAt, PaidAt: snap.PaidAt, CancelledAt: snap.CancelledAt, Cancels: snap.Cancels,
	}
}
