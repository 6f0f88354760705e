package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/toss"
)

// order is one customer's order, and the service that handles it.
type order struct {
	*storm
	dice   *rand.Rand
	code   api.VendorCode
	story  string
	source api.Source
	price  int64
	uid    string
	asks   []*ask
}

// ask is a request of the service, and what it knows of its outcome.
type ask struct {
	method, path, key string
	in                any
	reason            string // of a refund: no two have the same
	impatient         bool   // does not ask again
	sent              int
	status            int // of the final answer; 0 while there is none
	answer            []byte
}

const (
	storePath   = "/payments/histories"
	refundPath  = "/payments/histories/cancel"
	reservePath = "/payments/reservations"
)

// stories are what can become of an order, as often as they are listed.
var stories = []string{"card", "card", "card", "account", "account", "taken back", "wrong price", "reservation",
	"subscription"}

func (s *storm) newOrder(n int) *order {
	dice := rand.New(rand.NewPCG(s.seed, uint64(n)+2))
	o := &order{
		storm: s, dice: dice, source: s.source(), price: int64(1+dice.IntN(9)) * 10_000,
		code:  []api.VendorCode{api.Iamport, api.Toss}[dice.IntN(2)],
		story: stories[dice.IntN(len(stories))],
	}
	if o.story == "taken back" {
		o.code = api.Toss // the only one to tell of a deposit that was none
	}
	return o
}

func (o *order) live() {
	switch o.story {
	case "card":
		o.uid = o.pay(o.code, o.source.ID, o.price)
		o.store(o.price)
	case "subscription":
		o.uid = o.charge(o.code, o.source.ID, o.price)
		o.store(o.price)
	case "account", "taken back":
		o.deposit()
	case "wrong price":
		o.uid = o.pay(o.code, o.source.ID, o.price)
		o.store(o.price - 1000)
		return
	case "reservation":
		o.uid = o.billingKey(o.code, o.source.ID)
		o.ask(&ask{method: "POST", path: reservePath, in: api.StoreReservation{
			Vendor: api.Vendor{Code: o.code, UID: o.uid, StoreID: "s"},
			Source: o.source, Title: "a card", Password: somePassword,
		}})
		return
	}
	o.refund()
}

// deposit pays into a virtual account, before or after the order is stored.
func (o *order) deposit() {
	uid, pay := o.virtualAccount(o.code, o.source.ID, o.price)
	o.uid = uid
	if o.dice.IntN(2) == 0 {
		pay()
		o.store(o.price)
	} else {
		o.store(o.price)
		pay()
	}
	if o.story == "taken back" {
		must(o.t, o.fakeToss.Act(o.t.Context(), uid, toss.TakeBack))
		pay()
	}
}

func (o *order) store(price int64) {
	o.ask(&ask{method: "POST", path: storePath, in: o.storing(o.code, o.uid, o.source, price)})
}

// refund gives back some of the price, up to all of it, in up to three parts.
func (o *order) refund() {
	for part := range o.dice.IntN(4) {
		reason := fmt.Sprintf("part %d %s", part, uuid.NewString())
		o.ask(&ask{method: "PUT", path: refundPath, reason: reason, in: api.CancelHistory{
			Source: o.source, Password: somePassword, Price: money.New(o.price / 10 * int64(1+o.dice.IntN(5))), Reason: reason,
			Account: &api.RefundAccount{Bank: "신한은행", Account: "110123456789", Holder: "홍길동", Mobile: "010-1234-5678"},
		}})
	}
}

// ask sends a request until its outcome is clear or the client loses patience.
// One in four asks but once, and never learns of it.
func (o *order) ask(a *ask) {
	a.key = uuid.NewString()
	a.impatient = o.dice.IntN(4) == 0
	o.asks = append(o.asks, a)
	tries := 30
	if a.impatient {
		tries = 1
	}
	for range tries {
		o.send(a, time.Duration(50+o.dice.IntN(3000))*time.Millisecond)
		if a.status != 0 {
			return
		}
		select {
		case <-time.After(time.Duration(20+o.dice.IntN(100)) * time.Millisecond): // as clients pause
		case <-o.t.Context().Done():
			return
		}
	}
}

// send sends a request once.
func (o *order) send(a *ask, patience time.Duration) {
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	a.sent++
	status, answer, err := o.exchange(ctx, a)
	if err == nil && o.final(status, answer) {
		a.status, a.answer = status, answer
	}
}

func (o *order) exchange(ctx context.Context, a *ask) (status int, answer []byte, err error) {
	body := o.codec.Seal(nil, mustv(json.Marshal(a.in))(o.t))
	request := mustv(http.NewRequestWithContext(ctx, a.method, o.url+a.path, bytes.NewReader(body)))(o.t)
	request.Header.Set("Content-Type", "text/plain")
	request.Header.Set("Idempotency-Key", a.key)
	response, err := o.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") == "" {
		o.t.Errorf("%s: 503 without Retry-After", a.path)
	}
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// passing are the codes of problems after which a client asks again.
var passing = []string{"pg_outcome_unknown", "pg_unavailable", "in_progress", "database_unavailable"}

func (o *order) final(status int, answer []byte) bool {
	if status < 300 {
		return true
	}
	var p api.Problem
	if err := json.Unmarshal(answer, &p); err != nil || p.Code == "" || p.Status != status {
		o.t.Errorf("%s: %d with no problem in %q", o, status, answer)
	}
	if status == http.StatusInternalServerError {
		o.t.Errorf("%s: %v", o, &p)
	}
	return !slices.Contains(passing, p.Code)
}

// granted reports whether the service was told that it was done.
func (a *ask) granted() bool { return a.status/100 == 2 }

// refused reports whether the service was told that it was not, for good.
func (a *ask) refused() bool { return a.status >= 300 }

func (o *order) String() string {
	return fmt.Sprintf("%s, a %s of %d at %s", o.source.ID, o.story, o.price, o.code)
}
