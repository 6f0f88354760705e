package worker_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/ledger"
	"github.com/samchon/payments-server/internal/payment"
)

// operation is one of the things that this server does.
type operation struct {
	name    string
	client  bool // somebody asks for it; if not, a PG brings it about
	points  []point
	prepare func(*world, api.VendorCode) *part
}

var operations = []operation{
	{"store", true, []point{
		{payment.StepCaptureIntended, ofPG, capturePath},
		{payment.StepCaptured, ofUs, nil},
		{payment.StepRecorded, ofUs, nil},
	}, (*world).storePart},
	{"store with a wrong price", true, []point{
		{payment.StepCaptureIntended, ofPG, capturePath},
		{payment.StepCaptured, ofPG, lookPath},
		{payment.StepUndoIntended, ofPG, cancelPath},
		{payment.StepUndone, ofUs, nil},
	}, (*world).wrongPart},
	{"store with a wrong account", true, []point{
		{payment.StepUndoIntended, ofPG, closePath},
		{payment.StepUndone, ofUs, nil},
	}, (*world).accountPart},
	{"cancel", true, []point{
		{payment.StepCancelIntended, ofPG, cancelPath},
		{payment.StepRefunded, ofUs, nil},
		{payment.StepCancelRecorded, ofService, nil},
	}, (*world).cancelPart},
	{"reservation", true, []point{
		{payment.StepBillingKeyWanted, ofPG, billingPath},
		{payment.StepBillingKeyRead, ofUs, nil},
		{payment.StepReserved, ofUs, nil},
	}, (*world).reservePart},
	{"webhook in", false, []point{
		{payment.StepHeard, ofUsToPG, nil},
		{payment.StepAnnounced, ofPG, lookPath},
		{payment.StepLookedUp, ofService, nil},
		{payment.StepSynced, ofService, nil},
	}, (*world).webhookPart},
}

func lookPath(code api.VendorCode) fault.Plan {
	if code == api.Iamport {
		return fault.Plan{Method: "GET", Path: "/payments/*"}
	}
	return fault.Plan{Method: "GET", Path: "/v1/payments/*"}
}

func billingPath(code api.VendorCode) fault.Plan {
	if code == api.Iamport {
		return fault.Plan{Method: "GET", Path: "/subscribe/customers/*"}
	}
	return fault.Plan{Method: "POST", Path: "/v1/billing/authorizations/*"}
}

// part is an operation on one payment.
type part struct {
	*world
	code   api.VendorCode
	source api.Source
	uid    string

	method, path string
	key          string
	in           any
	happen       func() // in place of a request

	status int           // of the final answer, where it is known
	check  func(c cell)  // what is particular to the operation
	told   []api.Problem // every problem that the client was told
	client *http.Client
}

func (w *world) newPart(code api.VendorCode) *part {
	return &part{
		world: w, code: code, source: w.source(), key: uuid.NewString(),
		client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
}

func (w *world) storePart(code api.VendorCode) *part {
	p := w.newPart(code)
	p.uid = w.pay(code, p.source.ID, 9000)
	p.method, p.path, p.status = "POST", storePath, http.StatusCreated
	p.in = w.storing(code, p.uid, p.source, 9000)
	p.check = func(cell) { p.books(0) }
	return p
}

// wrongPart is of a payment that was captured before: only then is there money to give back.
func (w *world) wrongPart(code api.VendorCode) *part {
	p := w.newPart(code)
	if code == api.Iamport {
		p.uid = w.iamportCard(p.source.ID, 9000)
	} else {
		p.uid = w.tossPaid(p.source.ID, 9000)
	}
	p.method, p.path, p.status = "POST", storePath, http.StatusUnprocessableEntity
	p.in = w.storing(code, p.uid, p.source, 100)
	p.check = func(cell) {
		entries, truth := w.truth(code).Order(p.source.ID)
		if !truth.Balance().IsZero() || len(entries) != 2 || p.rows("payment_histories") != 0 {
			w.t.Errorf("the PG holds %v after %v, and we have %d records", truth.Balance(), entries, p.rows("payment_histories"))
		}
	}
	return p
}

// accountPart is of a virtual account of a wrong price, which nobody has paid into.
func (w *world) accountPart(code api.VendorCode) *part {
	p := w.newPart(code)
	p.uid, _ = w.virtualAccount(code, p.source.ID, 9000)
	p.method, p.path, p.status = "POST", storePath, http.StatusUnprocessableEntity
	p.in = w.storing(code, p.uid, p.source, 100)
	p.check = func(cell) {
		if w.waits(code, p.uid) || p.rows("payment_histories") != 0 {
			w.t.Errorf("the account waits for its deposit: %v; %d records", w.waits(code, p.uid), p.rows("payment_histories"))
		}
	}
	return p
}

func (w *world) cancelPart(code api.VendorCode) *part {
	p := w.newPart(code)
	p.uid = w.pay(code, p.source.ID, 9000)
	w.mustStore(w.storing(code, p.uid, p.source, 9000))
	p.method, p.path, p.status = "PUT", refundPath, http.StatusOK
	p.in = api.CancelHistory{Source: p.source, Password: somePassword, Price: money.New(2500), Reason: "an accident"}
	p.check = func(cell) {
		if h := p.books(1); len(h.Cancels) != 1 {
			w.t.Errorf("%d cancels, want 1", len(h.Cancels))
		}
	}
	return p
}

func (w *world) reservePart(code api.VendorCode) *part {
	p := w.newPart(code)
	p.uid = w.billingKey(code, p.source.ID)
	p.method, p.path, p.status = "POST", reservePath, http.StatusCreated
	p.in = api.StoreReservation{
		Vendor: api.Vendor{Code: code, UID: p.uid, StoreID: "s"}, Source: p.source, Title: "a card", Password: somePassword,
	}
	p.check = func(c cell) {
		// No money moves: what a client did not insist on may not be there.
		if n := p.rows("payment_reservations"); n > 1 || n == 0 && !c.gone {
			w.t.Errorf("%d reservations", n)
		}
	}
	return p
}

// webhookPart is of a deposit.
func (w *world) webhookPart(code api.VendorCode) *part {
	p := w.newPart(code)
	uid, deposit := w.virtualAccount(code, p.source.ID, 7000)
	p.uid, p.happen = uid, deposit
	w.mustStore(w.storing(code, uid, p.source, 7000))
	p.check = func(cell) {
		if h := p.books(1); h.PaidAt == nil {
			w.t.Error("the deposit was lost")
		}
	}
	return p
}

// begin has the operation happen.
func (p *part) begin(ctx context.Context) answered {
	if p.happen != nil {
		p.happen()
		return answered{}
	}
	return p.try(ctx)
}

// try sends the request once. There may be no answer.
func (p *part) try(ctx context.Context) (a answered) {
	request := p.request(p.method, p.path, mustv(json.Marshal(p.in))(p.t)).WithContext(ctx)
	request.Header.Set("Idempotency-Key", p.key)
	request.GetBody = nil
	response, err := p.client.Do(request)
	if err != nil {
		return a
	}
	defer response.Body.Close()
	if a.body, err = io.ReadAll(response.Body); err != nil {
		return answered{}
	}
	a.status = response.StatusCode
	var problem api.Problem
	if json.Unmarshal(a.body, &problem) == nil {
		p.told = append(p.told, problem)
	}
	return a
}

// insist asks until the answer is final.
func (p *part) insist(a answered) answered {
	if p.happen != nil {
		return a
	}
	eventually(p.t, "a final answer", func() bool {
		if p.final(a) {
			return true
		}
		a = p.try(p.t.Context())
		return p.final(a)
	})
	return a
}

// final reports whether there is no reason to ask again. A load balancer answers
// without a code of ours.
func (p *part) final(a answered) bool {
	var problem api.Problem
	switch {
	case a.status == 0:
		return false
	case a.status < 300:
		return true
	case json.Unmarshal(a.body, &problem) != nil:
		return false
	}
	return !slices.Contains(passing, problem.Code)
}

// compare compares all books.
func (p *part) compare(c cell, last answered) {
	if !c.gone && p.happen == nil && last.status != p.status {
		p.t.Errorf("answered %d %s, want %d", last.status, last.body, p.status)
	}
	for _, problem := range p.told {
		if problem.Code == string(payment.CodeDeclined) {
			p.t.Errorf("told that the PG declined: %v", &problem)
		}
	}
	if n := p.count(`SELECT count(*) FROM payments.payment_intents WHERE state IN ('declined', 'manual') AND vendor_uid = '` + p.uid + `'`); n > 0 {
		p.t.Errorf("%d intents are declined, or left to a person", n)
	}
	captures := 0
	entries, _ := p.truth(p.code).Order(p.source.ID)
	for _, e := range entries {
		if e.Kind == ledger.Captured {
			captures++
		}
	}
	if captures > 1 {
		p.t.Errorf("captured %d times", captures)
	}
	p.check(c)
}

// books compares the record with the PG's books, and with what the service heard.
func (p *part) books(changes int) (h seen) {
	p.t.Helper()
	if problem := p.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: p.source, Password: somePassword},
		&h); problem != nil {
		p.t.Fatalf("no record: %v", problem)
	}
	p.agree(p.code, h)
	ids := map[string]bool{}
	for _, hook := range p.service.heardOf(h.ID) {
		ids[hook.ID] = true
	}
	sent := p.count(`SELECT count(*) FROM payments.payment_history_webhooks WHERE state = 'delivered' AND payment_history_id = '` + h.ID + `'`)
	if len(ids) != changes || sent != changes {
		p.t.Errorf("%d webhooks delivered, %d heard, of %d changes", sent, len(ids), changes)
	}
	return h
}

func (p *part) rows(table string) int {
	return p.count(`SELECT count(*) FROM payments.` + table + ` WHERE source_id = '` + p.source.ID + `'`)
}
