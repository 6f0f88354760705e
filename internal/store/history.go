package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/seal"
	"github.com/samchon/payments-server/internal/store/sqlcgen"
)

func historyData(id uuid.UUID) seal.AD {
	return seal.AD{Table: "payment_histories", Column: "data", Row: id.String()}
}

func cancelData(id uuid.UUID) seal.AD {
	return seal.AD{Table: "payment_history_cancels", Column: "data", Row: id.String()}
}

// History implements payment.HistoryStore.
func (s *Store) History(ctx context.Context, id uuid.UUID) (*payment.History, error) {
	found, err := s.histories.Call(ctx, id)
	if err == nil {
		err = found.err
	}
	return s.history(ctx, found.row, err)
}

// foundHistory is what a look-up came to for one of those who asked.
type foundHistory struct {
	row sqlcgen.History
	err error
}

// findHistories looks up several at once. Its own error is everybody's: to ask again for each alone would only make
// them wait longer for a database that is down.
func (s *Store) findHistories(ctx context.Context, ids []uuid.UUID) ([]foundHistory, error) {
	rows, err := s.queries.HistoriesByID(ctx, ids)
	if err == nil {
		err = pgx.ErrNoRows // for those that are not among them
	}
	found := make([]foundHistory, len(ids))
	for i, id := range ids {
		found[i].err = err
		if at := slices.IndexFunc(rows, func(h sqlcgen.History) bool { return h.ID == id }); at >= 0 {
			found[i] = foundHistory{row: rows[at]}
		}
	}
	return found, nil
}

// HistoryBySource implements payment.HistoryStore.
func (s *Store) HistoryBySource(ctx context.Context, source payment.Source) (*payment.History, error) {
	row, err := s.queries.HistoryBySource(ctx, sqlcgen.HistoryBySourceParams{
		SourceSchema: source.Schema, SourceTable: source.Table, SourceID: source.ID,
	})
	return s.history(ctx, row, err)
}

// HistoryOf implements payment.HistoryStore.
func (s *Store) HistoryOf(ctx context.Context, source payment.Source, vendor payment.Vendor) (*payment.History, error) {
	row, err := s.queries.HistoryOf(ctx, sqlcgen.HistoryOfParams{
		SourceSchema: source.Schema, SourceTable: source.Table, SourceID: source.ID,
		VendorCode: string(vendor.Code), VendorUid: vendor.UID,
	})
	return s.history(ctx, row, err)
}

// HistoryByVendor implements payment.HistoryStore.
func (s *Store) HistoryByVendor(ctx context.Context, code payment.VendorCode, uid string) (*payment.History, error) {
	row, err := s.queries.HistoryByVendor(ctx, sqlcgen.HistoryByVendorParams{VendorCode: string(code), VendorUid: uid})
	return s.history(ctx, row, err)
}

// HistoriesOfOrder implements payment.HistoryStore.
func (s *Store) HistoriesOfOrder(ctx context.Context, code payment.VendorCode,
	orderID string) ([]*payment.History, error) {
	rows, err := s.queries.HistoriesOfOrder(ctx,
		sqlcgen.HistoriesOfOrderParams{VendorCode: string(code), SourceID: orderID})
	if err != nil {
		return nil, translate(err)
	}
	histories := make([]*payment.History, len(rows))
	for i, row := range rows {
		if histories[i], err = s.history(ctx, row, nil); err != nil {
			return nil, err
		}
	}
	return histories, nil
}

func (s *Store) history(ctx context.Context, row sqlcgen.History, err error) (*payment.History, error) {
	if err != nil {
		return nil, translate(err)
	}
	h := &payment.History{
		ID:       row.ID,
		Vendor:   payment.Vendor{Code: payment.VendorCode(row.VendorCode), StoreID: row.VendorStoreID, UID: row.VendorUid},
		Source:   payment.Source{Schema: row.SourceSchema, Table: row.SourceTable, ID: row.SourceID},
		Currency: row.Currency, WebhookURL: row.WebhookUrl, PasswordHash: row.Password,
		CreatedAt: row.CreatedAt, PaidAt: row.PaidAt, CancelledAt: row.CancelledAt, Revision: row.Revision,
	}
	if h.Data, err = s.keys.History.Open(row.Data, historyData(row.ID)); err != nil {
		return nil, fmt.Errorf("data of history %s: %w", row.ID, err)
	}
	if h.Price, err = money.Parse(row.Price); err != nil {
		return nil, fmt.Errorf("price of history %s: %w", row.ID, err)
	}
	if row.Refund != nil {
		if h.Refund, err = money.Parse(*row.Refund); err != nil {
			return nil, fmt.Errorf("refund of history %s: %w", row.ID, err)
		}
	}
	if h.Refund.IsZero() {
		return h, nil // nothing refunded: no cancels to read
	}
	if h.Cancels, err = s.cancels(ctx, row.ID); err != nil {
		return nil, err
	}
	return s.whole(ctx, h)
}

// whole reads a record again that changed between its row and its cancels.
func (s *Store) whole(ctx context.Context, h *payment.History) (*payment.History, error) {
	revision, err := s.queries.RevisionOf(ctx, h.ID)
	if err != nil {
		return nil, translate(err)
	}
	if revision != h.Revision {
		return s.History(ctx, h.ID)
	}
	return h, nil
}

func (s *Store) cancels(ctx context.Context, history uuid.UUID) ([]payment.Cancel, error) {
	rows, err := s.queries.CancelsOf(ctx, history)
	if err != nil {
		return nil, translate(err)
	}
	cancels := make([]payment.Cancel, len(rows))
	for i, row := range rows {
		amount, err := money.Parse(row.Amount)
		if err != nil {
			return nil, fmt.Errorf("amount of cancel %s: %w", row.ID, err)
		}
		data, err := s.keys.Cancel.Open(row.Data, cancelData(row.ID))
		if err != nil {
			return nil, fmt.Errorf("data of cancel %s: %w", row.ID, err)
		}
		cancels[i] = payment.Cancel{Amount: amount, Reason: row.Reason, CreatedAt: row.CreatedAt, Data: data}
	}
	return cancels, nil
}

func (s *Store) insertCancels(ctx context.Context, q *sqlcgen.Queries, h *payment.History) error {
	for ordinal, c := range h.Cancels {
		id := payment.NewID()
		data, err := s.keys.Cancel.Seal(c.Data, cancelData(id))
		if err != nil {
			return err
		}
		if err := q.InsertCancel(ctx, sqlcgen.InsertCancelParams{
			ID: id, PaymentHistoryID: h.ID, Ordinal: int32(ordinal),
			Amount: c.Amount.String(), Reason: c.Reason, Data: data, CreatedAt: c.CreatedAt,
		}); err != nil {
			return err
		}
	}
	return nil
}

// UpdateHistory implements payment.HistoryStore. The update of the record comes
// first: its row lock orders everything else of this payment.
func (s *Store) UpdateHistory(ctx context.Context, u payment.Update) error {
	h := u.Next
	data, err := s.keys.History.Seal(h.Data, historyData(h.ID))
	if err != nil {
		return err
	}
	refund := h.Refund.String()
	err = s.transaction(ctx, func(tx pgx.Tx, q *sqlcgen.Queries) error {
		n, err := q.UpdateHistory(ctx, sqlcgen.UpdateHistoryParams{
			ID: h.ID, Currency: h.Currency, Price: h.Price.String(), Refund: &refund, Data: data,
			PaidAt: h.PaidAt, CancelledAt: h.CancelledAt, Revision: h.Revision,
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return payment.ErrStale
		}
		if err := q.DeleteCancels(ctx, h.ID); err != nil {
			return err
		}
		if err := s.insertCancels(ctx, q, h); err != nil {
			return err
		}
		if u.Notice != nil {
			if err := s.insertNotice(ctx, q, h, u.Notice); err != nil {
				return err
			}
		}
		if u.Settles != uuid.Nil {
			return s.finishIntent(ctx, tx, q, u.Settles)
		}
		return nil
	})
	if u.Settles == uuid.Nil {
		return err
	}
	return s.tellSettled(payment.StateDone, err)
}
