package worker

import (
	"context"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/internal/payment"
)

func (s *server) storeHistory(ctx context.Context, in *keyed[api.StoreHistory]) (api.History, error) {
	h, err := s.payments.Register(ctx, payment.Registration{
		Vendor: vendorOf(in.Body.Vendor), Source: sourceOf(in.Body.Source),
		Price: in.Body.Price, Password: in.Body.Password, WebhookURL: in.Body.WebhookURL,
	})
	return presented(h, err)
}

func (s *server) historyBySource(ctx context.Context, in *struct{ Body api.SourcePassword }) (api.History, error) {
	return presented(s.payments.HistoryBySource(ctx, sourceOf(in.Body.Source), in.Body.Password))
}

func (s *server) historyByID(ctx context.Context, in *struct {
	ID   string `path:"id" format:"uuid"`
	Body api.Password
}) (api.History, error) {
	return presented(s.payments.HistoryByID(ctx, uuid.MustParse(in.ID), in.Body.Password))
}

func (s *server) cancelHistory(ctx context.Context, in *keyed[api.CancelHistory]) (api.History, error) {
	c := payment.Cancellation{
		Source: sourceOf(in.Body.Source), Password: in.Body.Password, Amount: in.Body.Price, Reason: in.Body.Reason,
		Key: in.IdempotencyKey,
	}
	if a := in.Body.Account; a != nil {
		c.Account = &payment.Account{Bank: a.Bank, Account: a.Account, Holder: a.Holder, Mobile: a.Mobile}
	}
	return presented(s.payments.Cancel(ctx, c))
}

func presented(h *payment.History, err error) (api.History, error) {
	if err != nil {
		return api.History{}, err
	}
	return present(h), nil
}

// present is the public form of a record.
func present(h *payment.History) api.History {
	p := api.History{
		ID: h.ID.String(), VendorCode: api.VendorCode(h.Vendor.Code),
		Vendor:   api.Vendor{Code: api.VendorCode(h.Vendor.Code), UID: h.Vendor.UID, StoreID: h.Vendor.StoreID},
		Source:   api.Source{Schema: h.Source.Schema, Table: h.Source.Table, ID: h.Source.ID},
		Data:     h.Data,
		Currency: h.Currency, Price: h.Price, WebhookURL: &h.WebhookURL,
		CreatedAt: api.At(h.CreatedAt),
		Cancels:   make([]api.Cancel, len(h.Cancels)),
	}
	if !h.Refund.IsZero() {
		p.Refund = &h.Refund
	}
	if h.PaidAt != nil {
		p.PaidAt = &api.Time{Time: *h.PaidAt}
	}
	if h.CancelledAt != nil {
		p.CancelledAt = &api.Time{Time: *h.CancelledAt}
	}
	for i, c := range h.Cancels {
		at := api.At(c.CreatedAt)
		p.Cancels[i] = api.Cancel{Price: c.Amount, Reason: c.Reason, CreatedAt: at, Time: at}
	}
	return p
}

func vendorOf(v api.Vendor) payment.Vendor {
	return payment.Vendor{Code: payment.VendorCode(v.Code), StoreID: v.StoreID, UID: v.UID}
}

func sourceOf(s api.Source) payment.Source {
	return payment.Source{Schema: s.Schema, Table: s.Table, ID: s.ID}
}
