package worker

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/store"
)

func (s *server) storeHistory(ctx context.Context, in *keyed[api.StoreHistory]) (api.History, error) {
	return presented(s.payments.Register(ctx, registrationOf(in.Body)))
}

// openStored lets those have a kept answer who have its record's password. What was
// refused has no record.
func (s *server) openStored(ctx context.Context, in *keyed[api.StoreHistory], known *store.Answer) error {
	if known.Refused() {
		return nil
	}
	_, err := s.payments.Registered(ctx, registrationOf(in.Body))
	return err
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

// openCancelled lets nobody learn even of a refusal without the record's password.
func (s *server) openCancelled(ctx context.Context, in *keyed[api.CancelHistory], _ *store.Answer) error {
	_, err := s.payments.HistoryBySource(ctx, sourceOf(in.Body.Source), in.Body.Password)
	return err
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

// appendHistory writes what encoding/json would, but for the blanks between the members of data, which it takes as they
// are: they are JSON already, and to look through them once more takes longer than the cipher.
func appendHistory(to []byte, h *api.History) []byte {
	to = appendText(append(to, `{"id":`...), h.ID)
	to = appendText(append(to, `,"vendor_code":`...), string(h.VendorCode))
	to = appendText(append(to, `,"vendor":{"code":`...), string(h.Vendor.Code))
	to = appendText(append(to, `,"uid":`...), h.Vendor.UID)
	to = appendText(append(to, `,"store_id":`...), h.Vendor.StoreID)
	to = appendText(append(to, `},"source":{"schema":`...), h.Source.Schema)
	to = appendText(append(to, `,"table":`...), h.Source.Table)
	to = appendText(append(to, `,"id":`...), h.Source.ID)
	to = append(append(to, `},"data":`...), cmp.Or(string(h.Data), "null")...)
	to = appendText(append(to, `,"currency":`...), h.Currency)
	to = appendAmount(append(to, `,"price":`...), h.Price)
	to = appendOrNull(append(to, `,"refund":`...), h.Refund, appendAmount)
	to = appendOrNull(append(to, `,"webhook_url":`...), h.WebhookURL, appendText)
	to = appendTime(append(to, `,"created_at":`...), h.CreatedAt)
	to = appendOrNull(append(to, `,"paid_at":`...), h.PaidAt, appendTime)
	to = appendOrNull(append(to, `,"cancelled_at":`...), h.CancelledAt, appendTime)
	to = append(to, `,"cancels":[`...)
	for i, c := range h.Cancels {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendAmount(append(to, `{"price":`...), c.Price)
		to = appendText(append(to, `,"reason":`...), c.Reason)
		to = appendTime(append(to, `,"created_at":`...), c.CreatedAt)
		to = appendTime(append(to, `,"time":`...), c.Time)
		to = append(to, '}')
	}
	return append(to, `]}`...)
}

func registrationOf(in api.StoreHistory) payment.Registration {
	return payment.Registration{
		Vendor: vendorOf(in.Vendor), Source: sourceOf(in.Source),
		Price: in.Price, Password: in.Password, WebhookURL: in.WebhookURL,
	}
}

func vendorOf(v api.Vendor) payment.Vendor {
	return payment.Vendor{Code: payment.VendorCode(v.Code), StoreID: v.StoreID, UID: v.UID}
}

func sourceOf(s api.Source) payment.Source {
	return payment.Source{Schema: s.Schema, Table: s.Table, ID: s.ID}
}
