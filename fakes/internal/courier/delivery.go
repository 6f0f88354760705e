package courier

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
)

// Message is one webhook to send.
type Message struct {
	Payment string // whose news it is: messages of one payment leave in order
	Cause   fault.Cause
	Event   string // what it says, for the log
	URL     string // empty: the courier's own; when that is empty too, nobody listens, and it counts as delivered
	Header  http.Header
	Body    []byte
}

// State is how far a delivery has come.
type State string

// A delivery is queued, then delivered or waiting for its next attempt; after
// the last one it has failed. Held, lost and late ones met a fault.
const (
	Queued    State = "queued"
	Waiting   State = "waiting" // for its time on the fake's clock
	Held      State = "held"    // until the payment's next message has left
	Delivered State = "delivered"
	Failed    State = "failed" // no attempt is left
	Lost      State = "lost"   // never sent: by plan, or because too many were queued
)

// Attempt is one try at a delivery. Status is 0 when no answer came.
type Attempt struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"`
	Error  string    `json:"error,omitempty"`
}

// Delivery is a message and what became of it.
type Delivery struct {
	ID       int64     `json:"id"`
	Payment  string    `json:"payment"`
	Event    string    `json:"event"`
	URL      string    `json:"url"`
	Body     string    `json:"body"`
	State    State     `json:"state"`
	Attempts []Attempt `json:"attempts"`
	// Faults are those that were planned for it.
	Faults []fault.Kind `json:"faults,omitempty"`
}

// parcel is a delivery under way. The courier's mutex guards it.
type parcel struct {
	id       int64
	message  Message
	effects  fault.Effects
	state    State
	attempts []Attempt
	timer    *clock.Timer // of the next attempt, while waiting
}

func (p *parcel) snapshot() Delivery {
	return Delivery{
		ID: p.id, Payment: p.message.Payment, Event: p.message.Event, URL: p.message.URL,
		Body: string(p.message.Body), State: p.state, Attempts: slices.Clone(p.attempts), Faults: p.effects.Kinds(),
	}
}

// copies is how many of it leave at first.
func (p *parcel) copies() int {
	if p.effects.Has(fault.DuplicateWebhook) {
		return 2
	}
	return 1
}

func (p *parcel) stopTimer() {
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}

// CheckURL refuses a webhook address that could never be reached.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return fmt.Errorf("webhook url: %w", err)
	case address != "" && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https"):
		return fmt.Errorf("webhook url %q is not an http address", address)
	}
	return nil
}
