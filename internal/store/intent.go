package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/queue"
	"github.com/samchon/payments-server/internal/seal"
	"github.com/samchon/payments-server/internal/store/sqlcgen"
)

func intentRequest(id uuid.UUID) seal.AD {
	return seal.AD{Table: "payment_intents", Column: "request", Row: id.String()}
}

// Intent implements payment.IntentStore.
func (s *Store) Intent(ctx context.Context, id uuid.UUID) (*payment.Intent, error) {
	row, err := s.queries.IntentByID(ctx, id)
	return s.intent(row, err)
}

// OpenIntentOf implements payment.IntentStore.
func (s *Store) OpenIntentOf(ctx context.Context, i *payment.Intent) (*payment.Intent, error) {
	if i.Kind == payment.IntentCancel {
		if met, err := s.cancelUnderKey(ctx, s.queries, i); !errors.Is(err, payment.ErrNotFound) {
			return met, err
		}
		row, err := s.queries.OpenCancelOf(ctx, i.HistoryID)
		return s.intent(row, err)
	}
	row, err := s.queries.OpenCaptureOf(ctx, sqlcgen.OpenCaptureOfParams{
		SourceSchema: i.Source.Schema, SourceTable: i.Source.Table, SourceID: i.Source.ID,
		VendorCode: string(i.Vendor.Code), VendorUid: i.Vendor.UID,
	})
	return s.intent(row, err)
}

// cancelUnderKey finds the cancel that came under i's client key, as long as keys live.
func (s *Store) cancelUnderKey(ctx context.Context, q *sqlcgen.Queries, i *payment.Intent) (*payment.Intent, error) {
	if i.ClientKey == "" {
		return nil, payment.ErrNotFound
	}
	row, err := q.CancelByClientKey(ctx, sqlcgen.CancelByClientKeyParams{
		HistoryID: i.HistoryID, ClientKey: i.ClientKey, CreatedAt: i.CreatedAt.Add(-KeyLife),
	})
	return s.intent(row, err)
}

func (s *Store) intent(row sqlcgen.Intent, err error) (*payment.Intent, error) {
	if err != nil {
		return nil, translate(err)
	}
	plain, err := s.keys.History.Open(row.Request, intentRequest(row.ID))
	if err != nil {
		return nil, fmt.Errorf("request of intent %s: %w", row.ID, err)
	}
	i := &payment.Intent{
		ID: row.ID, Kind: payment.IntentKind(row.Kind), State: payment.IntentState(row.State), HistoryID: row.HistoryID,
		Source:    payment.Source{Schema: row.SourceSchema, Table: row.SourceTable, ID: row.SourceID},
		Vendor:    payment.Vendor{Code: payment.VendorCode(row.VendorCode), StoreID: row.VendorStoreID, UID: row.VendorUid},
		CreatedAt: row.CreatedAt, ClientKey: row.ClientKey, Outcome: row.Outcome, HeldUntil: row.HeldUntil,
	}
	if err := json.Unmarshal(plain, &i.Request); err != nil {
		return nil, fmt.Errorf("request of intent %s: %w", row.ID, err)
	}
	return i, nil
}

// OpenIntent implements payment.IntentStore.
func (s *Store) OpenIntent(ctx context.Context, i *payment.Intent, lease time.Duration) error {
	plain, err := json.Marshal(i.Request)
	if err != nil {
		return err
	}
	request, err := s.keys.History.Seal(plain, intentRequest(i.ID))
	if err != nil {
		return err
	}
	return s.transaction(ctx, func(tx pgx.Tx, q *sqlcgen.Queries) error {
		if err := s.lockForCancel(ctx, q, i); err != nil {
			return err
		}
		job, err := s.jobs.InsertTx(ctx, tx, queue.Resolve{Intent: i.ID}, nil)
		if err != nil {
			return err
		}
		if i.HeldUntil, err = q.InsertIntent(ctx, sqlcgen.InsertIntentParams{
			ID: i.ID, Kind: string(i.Kind), State: string(i.State), HistoryID: i.HistoryID,
			SourceSchema: i.Source.Schema, SourceTable: i.Source.Table, SourceID: i.Source.ID,
			VendorCode: string(i.Vendor.Code), VendorUid: i.Vendor.UID, VendorStoreID: i.Vendor.StoreID,
			ClientKey: i.ClientKey, Request: request, ResolverJob: job.Job.ID, CreatedAt: i.CreatedAt,
			Lease: interval(lease),
		}); err != nil {
			return err
		}
		return mayCapture(ctx, q, i)
	})
}

// HoldIntent implements payment.IntentStore.
func (s *Store) HoldIntent(ctx context.Context, id uuid.UUID, lease time.Duration) (i *payment.Intent, err error) {
	err = s.transaction(ctx, func(_ pgx.Tx, q *sqlcgen.Queries) error {
		doubt, err := q.HoldIntent(ctx, sqlcgen.HoldIntentParams{ID: id, Lease: interval(lease)})
		if errors.Is(err, pgx.ErrNoRows) {
			return payment.ErrHeld
		}
		if err != nil {
			return err
		}
		row, err := q.IntentByID(ctx, id)
		if i, err = s.intent(row, err); err != nil {
			return err
		}
		i.Doubt = doubt
		return nil
	})
	return i, err
}

// ReleaseIntent implements payment.IntentStore.
func (s *Store) ReleaseIntent(ctx context.Context, i *payment.Intent, unanswered bool) error {
	return translate(s.queries.ReleaseIntent(ctx,
		sqlcgen.ReleaseIntentParams{ID: i.ID, HeldUntil: i.HeldUntil, Unanswered: unanswered}))
}

func interval(d time.Duration) pgtype.Interval {
	return pgtype.Interval{Microseconds: d.Microseconds(), Valid: true}
}

// lockForCancel lets one cancel of a record be decided at a time, on the record as it is.
func (s *Store) lockForCancel(ctx context.Context, q *sqlcgen.Queries, i *payment.Intent) error {
	if i.Kind != payment.IntentCancel {
		return nil
	}
	revision, err := q.LockHistory(ctx, i.HistoryID)
	if err != nil {
		return err
	}
	_, err = s.cancelUnderKey(ctx, q, i)
	switch {
	case err == nil:
		return payment.ErrDuplicate
	case !errors.Is(err, payment.ErrNotFound):
		return err
	case revision != i.Revision:
		return payment.ErrStale
	}
	return nil
}

// mayCapture looks for a record in the way, in a statement of its own after the
// insert: the insert waits for whoever is finishing an equal intent, and only a
// later statement sees the history that it has committed meanwhile.
func mayCapture(ctx context.Context, q *sqlcgen.Queries, i *payment.Intent) error {
	if i.Kind != payment.IntentCapture {
		return nil
	}
	taken, err := q.HistoryTaken(ctx, sqlcgen.HistoryTakenParams{
		SourceSchema: i.Source.Schema, SourceTable: i.Source.Table, SourceID: i.Source.ID,
		VendorCode: string(i.Vendor.Code), VendorUid: i.Vendor.UID,
	})
	if err == nil && taken {
		return payment.ErrDuplicate
	}
	return err
}

// BeginUndo implements payment.IntentStore. It and FinishCapture of the same
// payment wait for each other, so that what is refunded has no record.
func (s *Store) BeginUndo(ctx context.Context, i *payment.Intent, why payment.Code) error {
	return s.transaction(ctx, func(_ pgx.Tx, q *sqlcgen.Queries) error {
		if err := lockPayment(ctx, q, i.Vendor.Code, i.Vendor.UID); err != nil {
			return err
		}
		n, err := q.BeginUndo(ctx, sqlcgen.BeginUndoParams{ID: i.ID, Outcome: string(why)})
		if err == nil && n == 0 {
			return payment.ErrDuplicate
		}
		return err
	})
}

func lockPayment(ctx context.Context, q *sqlcgen.Queries, code payment.VendorCode, keys ...string) error {
	return q.LockPayment(ctx, sqlcgen.LockPaymentParams{VendorCode: string(code), Keys: keys})
}

// FinishCapture implements payment.IntentStore. The PG is looked at again if it may have announced something of the payment
// since we asked it.
func (s *Store) FinishCapture(ctx context.Context, intent uuid.UUID, h *payment.History, early []string) error {
	data, err := s.keys.History.Seal(h.Data, historyData(h.ID))
	if err != nil {
		return err
	}
	refund := h.Refund.String()
	err = s.transaction(ctx, func(tx pgx.Tx, q *sqlcgen.Queries) error {
		if err := lockPayment(ctx, q, h.Vendor.Code, append([]string{h.Vendor.UID}, early...)...); err != nil {
			return err
		}
		end, err := q.FinishCapture(ctx, sqlcgen.FinishCaptureParams{
			ID: h.ID, SourceSchema: h.Source.Schema, SourceTable: h.Source.Table, SourceID: h.Source.ID,
			VendorCode: string(h.Vendor.Code), VendorUid: h.Vendor.UID, VendorStoreID: h.Vendor.StoreID,
			Currency: h.Currency, Price: h.Price.String(), Refund: &refund,
			WebhookUrl: h.WebhookURL, Data: data, Password: h.PasswordHash,
			CreatedAt: h.CreatedAt, PaidAt: h.PaidAt, CancelledAt: h.CancelledAt, Revision: h.Revision,
			Intent: intent, Keys: early,
		})
		if errors.Is(err, pgx.ErrNoRows) {
			return payment.ErrDuplicate
		}
		if err != nil {
			return err
		}
		if err := s.dropJob(ctx, tx, end.ResolverJob); err != nil {
			return err
		}
		if err := s.insertCancels(ctx, q, h); err != nil || !end.Outdated {
			return err
		}
		return s.queueSync(ctx, tx, h.Vendor.Code, h.Vendor.UID)
	})
	return s.tellSettled(payment.StateDone, err)
}

// tellSettled comes after the commit, or its failure.
func (s *Store) tellSettled(state payment.IntentState, err error) error {
	if err == nil && s.Settled != nil {
		s.Settled(state)
	}
	return err
}

// finishIntent fails with ErrDuplicate where another has finished it.
func (s *Store) finishIntent(ctx context.Context, tx pgx.Tx, q *sqlcgen.Queries, id uuid.UUID) error {
	job, err := q.FinishIntent(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return payment.ErrDuplicate
	}
	if err != nil {
		return err
	}
	return s.dropJob(ctx, tx, job)
}

// MoveIntent implements payment.IntentStore. An intent that is settled stays so.
func (s *Store) MoveIntent(ctx context.Context, id uuid.UUID, state payment.IntentState, outcome string) error {
	settled := false
	err := s.transaction(ctx, func(tx pgx.Tx, q *sqlcgen.Queries) error {
		job, err := q.MoveIntent(ctx, sqlcgen.MoveIntentParams{ID: id, State: string(state), Outcome: outcome})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil || !state.Settled() {
			return err
		}
		settled = true
		return s.dropJob(ctx, tx, job)
	})
	if !settled {
		return err
	}
	return s.tellSettled(state, err)
}
