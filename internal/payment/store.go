package payment

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Store keeps the records. Each method is one transaction.
type Store interface {
	HistoryStore
	ReservationStore
	IntentStore
	EarlyWebhooks
	// RenewPassword replaces the hash of a history or a reservation by another of
	// the same password, unless it has changed.
	RenewPassword(ctx context.Context, record uuid.UUID, old, renewed string) error
}

// HistoryStore finds and changes histories. Its finders return ErrNotFound.
type HistoryStore interface {
	History(ctx context.Context, id uuid.UUID) (*History, error)
	HistoryBySource(ctx context.Context, s Source) (*History, error)
	HistoryByVendor(ctx context.Context, code VendorCode, uid string) (*History, error)
	// HistoryOf finds that of the source, or else that of the payment.
	HistoryOf(ctx context.Context, s Source, v Vendor) (*History, error)
	// HistoriesOfOrder finds what was registered under an order id, at most a few.
	HistoriesOfOrder(ctx context.Context, code VendorCode, orderID string) ([]*History, error)
	// UpdateHistory writes u.Next over the revision before it, or returns ErrStale.
	UpdateHistory(ctx context.Context, u Update) error
}

// Update replaces one revision of a record by the next.
type Update struct {
	Next *History
	// Notice is queued for the service in the same commit, where there is one.
	Notice *Notice
	// Settles names the intent that this update finishes, uuid.Nil for none.
	Settles uuid.UUID
}

// Notice is a webhook of ours: the record before and after, in its public form.
type Notice struct {
	ID                uuid.UUID
	Previous, Current []byte
	Cause             string // what brought the change about: cancel or webhook
}

// ReservationStore finds and keeps reservations. Its finders return ErrNotFound.
type ReservationStore interface {
	Reservation(ctx context.Context, id uuid.UUID) (*Reservation, error)
	ReservationBySource(ctx context.Context, s Source) (*Reservation, error)
	// InsertReservation returns ErrDuplicate when source or billing key is taken.
	InsertReservation(ctx context.Context, r *Reservation) error
}

// IntentStore keeps what we ask of the PGs.
type IntentStore interface {
	Intent(ctx context.Context, id uuid.UUID) (*Intent, error)
	// OpenIntent commits the intent and, in the same transaction, the job that
	// resolves it should we die. It returns ErrDuplicate where an open intent, or for a
	// capture a history, stands in its way, or the client's key was used, and ErrStale
	// where a cancel was decided on an older revision of its record. The intent is the
	// caller's for so long. An intent to capture has the webhooks forgotten that were
	// kept under its payment's own key: the PG has yet to be asked.
	OpenIntent(ctx context.Context, i *Intent, lease time.Duration) error
	// HoldIntent takes an open intent for so long and reads it anew, or returns
	// ErrHeld where it is another's, or settled.
	HoldIntent(ctx context.Context, id uuid.UUID, lease time.Duration) (*Intent, error)
	// ReleaseIntent ends the lease that i was opened or taken with. An unanswered
	// request leaves doubt until the lease would have ended.
	ReleaseIntent(ctx context.Context, i *Intent, unanswered bool) error
	// OpenIntentOf finds what i met: the open capture of its source or payment; or
	// the cancel of its history that is open, or came under the same client key. It
	// returns ErrNotFound.
	OpenIntentOf(ctx context.Context, i *Intent) (*Intent, error)
	// FinishCapture stores the history and settles its intent. Where a webhook is
	// kept under one of the early keys, or was and another intent had it forgotten, a
	// look at the PG is queued. ErrDuplicate means that another already did so, or is
	// having the payment refunded.
	FinishCapture(ctx context.Context, intent uuid.UUID, h *History, early []string) error
	// BeginUndo moves a capture to undoing, or returns ErrDuplicate where its payment
	// has a history: no history of it can be stored from then on.
	BeginUndo(ctx context.Context, i *Intent, why Code) error
	// MoveIntent changes an intent's state; a settled state ends its resolver job.
	MoveIntent(ctx context.Context, id uuid.UUID, state IntentState, outcome string) error
}

// EarlyWebhooks remembers webhooks for payments that have no history yet.
type EarlyWebhooks interface {
	// KeepEarlyWebhook remembers a key for a few days, and of all keys only the
	// newest. Who looks for the history after it returned finds it, or the history
	// takes the key along when it comes, or an intent does that is still to ask the PG.
	KeepEarlyWebhook(ctx context.Context, code VendorCode, key string) error
	// QueueSync queues a look at the PG.
	QueueSync(ctx context.Context, code VendorCode, uid string) error
}
