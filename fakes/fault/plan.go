// Package fault plans how a fake PG lies, as a network does: it drops requests,
// loses answers of what it has done, repeats and reorders webhooks. It only
// decides; the fake's front and its courier carry the decision out.
package fault

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/samchon/payments-server/fakes/clock"
)

// Kind is what goes wrong.
type Kind string

// What can happen to a request, to its answer, and to the webhooks it causes.
const (
	Drop     Kind = "drop"     // the connection closes before anything is done
	Delay    Kind = "delay"    // it waits for Plan.Delay before anything is done
	Reject   Kind = "reject"   // nothing is done; the answer is a refusal
	Lose     Kind = "lose"     // it is done; the connection closes without an answer
	Truncate Kind = "truncate" // it is done; half of the answer arrives
	Stall    Kind = "stall"    // it is done; the answer waits for Plan.Delay
	Fail     Kind = "fail"     // it is done; the answer is a refusal

	StaleRead   Kind = "stale_read"   // a read shows the payment before its last change
	ExpireToken Kind = "expire_token" // every access token is forgotten first

	DuplicateWebhook Kind = "duplicate_webhook" // it arrives twice
	LateWebhook      Kind = "late_webhook"      // it leaves after Plan.Delay
	ReorderWebhook   Kind = "reorder_webhook"   // it leaves after the payment's next one
	LoseWebhook      Kind = "lose_webhook"      // it never leaves
)

var (
	requestKinds = []Kind{Drop, Delay, Reject, Lose, Truncate, Stall, Fail, StaleRead, ExpireToken}
	webhookKinds = []Kind{DuplicateWebhook, LateWebhook, ReorderWebhook, LoseWebhook}
	kinds        = slices.Concat(requestKinds, webhookKinds)
)

// Always is the Plan.Times of a plan that does not wear out.
const Always = -1

// Plan says which requests meet which fault, or which webhooks: those that a
// request of the method and path causes. The zero values of the matching fields
// mean any method, any path, from the first match on, once.
type Plan struct {
	ID     string `json:"id"` // given by Plans.Add
	Kind   Kind   `json:"kind"`
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"` // a pattern of package path: /payments/*
	Nth    int    `json:"nth,omitempty"`  // the first match to strike, counted from 1
	Times  int    `json:"times,omitempty"`
	// Rate is the share of the matches that are struck, drawn from the seed; 0
	// means all of them. A plan with a rate and no Times never wears out.
	Rate float64 `json:"rate,omitempty"`

	Delay    clock.Duration `json:"delay,omitempty"`
	RealTime bool           `json:"real_time,omitempty"` // Delay passes on the machine's clock, not the fake's

	// The answer of Reject and Fail. With a code it is the vendor's own refusal,
	// such as of a card: status and message are then those that go with the code,
	// when they are not given. Without one the status is 503 or 500.
	Status  int    `json:"status,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// ErrInvalid is wrapped by the error for a plan that makes no sense.
var ErrInvalid = errors.New("invalid fault plan")

func (p Plan) validate() error {
	_, badPattern := path.Match(p.Path, "")
	switch {
	case !slices.Contains(kinds, p.Kind):
		return fmt.Errorf("%w: unknown kind %q, want one of %v", ErrInvalid, p.Kind, kinds)
	case badPattern != nil:
		return fmt.Errorf("%w: path %q: %w", ErrInvalid, p.Path, badPattern)
	case p.Nth < 0 || p.Times < Always:
		return fmt.Errorf("%w: nth %d and times %d must not be negative", ErrInvalid, p.Nth, p.Times)
	case p.Rate < 0 || p.Rate > 1:
		return fmt.Errorf("%w: rate %v is not between 0 and 1", ErrInvalid, p.Rate)
	case p.Delay < 0:
		return fmt.Errorf("%w: negative delay %v", ErrInvalid, p.Delay)
	case p.Status != 0 && (p.Status < 200 || p.Status > 599):
		return fmt.Errorf("%w: status %d is not between 200 and 599", ErrInvalid, p.Status)
	case (p.Code != "" || p.Message != "") && p.Kind != Reject && p.Kind != Fail:
		return fmt.Errorf("%w: %s has no answer that could have a code or a message", ErrInvalid, p.Kind)
	}
	return nil
}

func (p Plan) withDefaults() Plan {
	p.Nth = max(p.Nth, 1)
	if p.Times == 0 {
		p.Times = 1
		if p.Rate > 0 {
			p.Times = Always
		}
	}
	if p.Status == 0 && p.Code == "" {
		switch p.Kind {
		case Reject:
			p.Status = 503
		case Fail:
			p.Status = 500
		}
	}
	return p
}

func (p Plan) matches(method, urlPath string) bool {
	if p.Method != "" && p.Method != method {
		return false
	}
	if p.Path == "" {
		return true
	}
	ok, err := path.Match(p.Path, urlPath)
	return ok && err == nil
}
