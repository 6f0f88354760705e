package worker_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/ledger"
)

// insist has every patient client ask until it knows.
func (s *storm) insist() {
	for _, o := range s.orders {
		for _, a := range o.asks {
			if a.impatient {
				continue
			}
			eventually(s.t, "an answer for "+o.String(), func() bool {
				if a.status == 0 {
					o.send(a, 10*time.Second)
				}
				return a.status != 0
			})
		}
	}
}

// check compares the PGs' books, ours, and what the services were told.
func (s *storm) check() {
	if n := s.count(`SELECT count(*) FROM payments.payment_intents WHERE state = 'manual'`); n > 0 {
		s.t.Errorf("%d intents are left to a person", n)
	}
	for _, o := range s.orders {
		if o.story == "reservation" {
			o.checkReservation()
			continue
		}
		o.checkCaptures()
		var h seen
		if p := s.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: o.source, Password: somePassword},
			&h); p != nil {
			o.checkUnrecorded(p)
			continue
		}
		o.checkRecord(h)
		o.checkRefunds(h)
		o.checkWebhooks(h)
	}
}

// checkReplays needs a database that was there to keep the answers.
func (s *storm) checkReplays() {
	for _, o := range s.orders {
		for _, a := range o.asks {
			o.checkReplay(a)
		}
	}
}

// checkReplay: what was granted under a key is answered as before, byte for byte.
func (o *order) checkReplay(a *ask) {
	if !a.granted() {
		return
	}
	status, answer, err := o.exchange(o.t.Context(), a)
	if err != nil || status != a.status || !bytes.Equal(o.plain(answer), o.plain(a.answer)) {
		o.t.Errorf("%s: %s was answered %d %s, and again %d %s, %v", o, a.path, a.status, o.plain(a.answer), status,
			o.plain(answer), err)
	}
}

// plain opens an answer, if it is sealed.
func (o *order) plain(answer []byte) []byte {
	if plain, err := o.codec.Open(nil, answer); err == nil {
		return plain
	}
	return answer
}

func (o *order) checkReservation() {
	kept := o.count(`SELECT count(*) FROM payments.payment_reservations WHERE source_id = '` + o.source.ID + `'`)
	switch a := o.asks[0]; {
	case a.refused(), a.granted() && kept != 1, kept > 1:
		o.t.Errorf("%s: answered %d, and %d are kept", o, a.status, kept)
	}
}

// checkCaptures: nobody pays an order twice.
func (o *order) checkCaptures() {
	entries, _ := o.truth(o.code).Payment(o.uid)
	captures := 0
	for _, e := range entries {
		if e.Kind == ledger.Captured {
			captures++
		}
	}
	allowed := 1
	if o.story == "taken back" {
		allowed = 2 // the customer's own doing
	}
	if captures > allowed {
		o.t.Errorf("%s: captured %d times: %v", o, captures, entries)
	}
}

// checkUnrecorded: without a record there is no money that we took, or were
// asked for and have not given back.
func (o *order) checkUnrecorded(p *api.Problem) {
	if p.Code != "history_not_found" {
		o.t.Errorf("%s: %v", o, p)
	}
	store := o.asks[0]
	_, truth := o.truth(o.code).Payment(o.uid)
	asked := o.count(`SELECT count(*) FROM payments.payment_intents WHERE kind = 'capture' AND vendor_uid = '` + o.uid + `'`)
	switch {
	case store.granted():
		o.t.Errorf("%s: stored, they were told, and there is no record", o)
	case store.refused() && o.story != "wrong price":
		o.t.Errorf("%s: refused: %s", o, store.answer)
	case asked > 0 && !truth.Balance().IsZero():
		o.t.Errorf("%s: no record of %v at the PG", o, truth.Balance())
	}
}

// checkRecord: our record says what the PG says.
func (o *order) checkRecord(h seen) {
	_, truth := o.truth(o.code).Payment(o.uid)
	held := money.Amount{}
	if h.PaidAt != nil {
		held = h.Price.Sub(refundOf(h))
	}
	if !held.Equal(truth.Balance()) || !h.Price.Equal(money.New(o.price)) {
		o.t.Errorf("%s: on record are %v of %v, the PG holds %v", o, held, h.Price, truth.Balance())
	}
	if o.story == "wrong price" {
		o.t.Errorf("%s: stored all the same", o)
	}
	if o.asks[0].refused() {
		o.t.Errorf("%s: was told %s, although it is on record", o, o.asks[0].answer)
	}
}

func refundOf(h seen) (sum money.Amount) {
	for _, c := range h.Cancels {
		sum = sum.Add(c.Price)
	}
	return sum
}

// checkRefunds: what was granted was refunded once, what was refused never was.
func (o *order) checkRefunds(h seen) {
	for _, a := range o.asks[1:] {
		times := 0
		for _, c := range h.Cancels {
			if c.Reason == a.reason {
				times++
			}
		}
		if a.granted() && times != 1 || a.refused() && times != 0 || times > 1 {
			o.t.Errorf("%s: %s was answered %d %s and refunded %d times", o, a.reason, a.status, o.plain(a.answer), times)
		}
	}
}

// checkWebhooks: the service heard of each change, in order: each webhook begins
// where the one before ended, and the last ends at the record.
func (o *order) checkWebhooks(h seen) {
	hooks := o.service.heardOf(h.ID)
	seenIDs := map[string]bool{}
	hooks = slices.DeleteFunc(hooks, func(w heard) bool {
		again := seenIDs[w.ID]
		seenIDs[w.ID] = true
		return again
	})
	sent := o.count(`SELECT count(*) FROM payments.payment_history_webhooks WHERE payment_history_id = '` + h.ID + `'`)
	if len(hooks) != sent {
		o.t.Errorf("%s: heard %d webhooks of %d", o, len(hooks), sent)
	}
	for i, w := range hooks {
		next := h
		if i+1 < len(hooks) {
			next = hooks[i+1].Previous
		}
		if gist(w.Current) != gist(next) || gist(w.Previous) == gist(w.Current) {
			o.t.Errorf("%s: webhook %d goes from %s to %s, and what follows is %s", o, i, gist(w.Previous), gist(w.Current),
				gist(next))
		}
	}
}

// gist is what a service would call a change.
func gist(h seen) string {
	return fmt.Sprintf("paid %v, cancelled %v, refunds %v", h.PaidAt, h.CancelledAt, h.Cancels)
}

// report shows what was lived through.
func (s *storm) report() {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "story\torders\tasked\tsent\tgranted\trefused\tnever learnt")
	for _, story := range slices.Compact(slices.Clone(stories)) {
		var orders, asked, sent, granted, refused, unknown int
		for _, o := range s.orders {
			if o.story != story {
				continue
			}
			orders++
			for _, a := range o.asks {
				asked, sent = asked+1, sent+a.sent
				switch {
				case a.granted():
					granted++
				case a.refused():
					refused++
				default:
					unknown++
				}
			}
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", story, orders, asked, sent, granted, refused, unknown)
	}
	must(s.t, table.Flush())
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		totals := s.truth(code).Totals()
		fmt.Fprintf(&text, "%s captured %v and refunded %v\n", code, totals.Captured, totals.Refunded)
	}
	fmt.Fprintf(&text, "%d workers killed", s.kills)
	s.t.Log("\n" + text.String())
}
