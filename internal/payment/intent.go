package payment

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
)

// IntentKind tells what an intent asks of the PG.
type IntentKind string

// The kinds of intents.
const (
	IntentCapture IntentKind = "capture"
	IntentCancel  IntentKind = "cancel"
)

// IntentState is how far an intent has come.
type IntentState string

// Open states first; the rest are settled.
const (
	StateSending  IntentState = "sending"  // the PG may have been asked
	StateUndoing  IntentState = "undoing"  // captured wrongly; the refund may have been asked
	StateDone     IntentState = "done"     // carried out and recorded
	StateDeclined IntentState = "declined" // the PG said that it did nothing
	StateUndone   IntentState = "undone"   // captured wrongly and refunded
	StateManual   IntentState = "manual"   // a person has to look: the PG refuses to undo, or to close
)

// Settled reports whether nothing is left to do for the machine.
func (s IntentState) Settled() bool { return s != StateSending && s != StateUndoing }

// Intent is a request to a PG, committed before it is sent.
type Intent struct {
	ID        uuid.UUID
	Kind      IntentKind
	State     IntentState
	HistoryID uuid.UUID // of a capture: the id that its history will get
	Source    Source
	Vendor    Vendor
	Request   IntentRequest
	CreatedAt time.Time
	// ClientKey is the client's own idempotency key of a cancel, empty for none.
	ClientKey string
	// Outcome is the code under which the intent was settled.
	Outcome string
	// HeldUntil is when the lease ends that the intent was opened or taken with, by
	// the store's clock.
	HeldUntil time.Time
	// Doubt says that, when the intent was taken, the PG might still have acted on
	// an earlier request for it.
	Doubt bool
	// Revision is that of the record that a cancel was decided on.
	Revision int64
}

// IntentRequest is all that is needed to finish without the client.
type IntentRequest struct {
	// Of a capture: the price that the service expects. Of a cancel: the refund.
	Amount money.Amount `json:"amount"`

	// Of a capture.
	WebhookURL   string `json:"webhook_url,omitempty"`
	PasswordHash string `json:"password_hash,omitempty"`

	// Of a cancel.
	ExpectedBalance money.Amount `json:"expected_balance,omitzero"`
	Reason          string       `json:"reason,omitempty"`
	Account         *Account     `json:"account,omitempty"`
}

// keyLife is how long a request is repeated under one idempotency key. A PG repeats
// under a key whatever it said first, and Toss does so with troubles too that have
// passed since (PROVIDER_ERROR). Another key is safe: what it would do a second time
// is refused for the balance that it expects, or because the payment is approved.
const keyLife = sessionLife

// idempotencyKey is unique to the intent, because a PG replays whatever answer
// it stored under a key: Toss's confirm has one URL for all payments, and a
// shared key would bring another payment's answer.
func (i *Intent) idempotencyKey(what string, now time.Time) string {
	key := what + ":" + i.ID.String()
	if n := now.Sub(i.CreatedAt) / keyLife; n > 0 {
		key += ":" + strconv.Itoa(int(n))
	}
	return key
}

func (i *Intent) capture(now time.Time) Capture {
	return Capture{
		Vendor: i.Vendor, OrderID: i.Source.ID, Price: i.Request.Amount,
		IdempotencyKey: i.idempotencyKey(string(i.Kind), now),
	}
}

func (i *Intent) refund(now time.Time) Refund {
	r := i.Request
	return Refund{
		Vendor: i.Vendor, OrderID: i.Source.ID, Amount: r.Amount, ExpectedBalance: r.ExpectedBalance,
		Reason: r.Reason, Account: r.Account, IdempotencyKey: i.idempotencyKey(string(i.Kind), now),
	}
}
