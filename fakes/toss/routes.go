package toss

import (
	"encoding/json"
	"io"
	"net/http"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/control"
	"github.com/samchon/payments-server/fakes/internal/front"
	"github.com/samchon/payments-server/fakes/internal/page"
)

// call is one request that may proceed: its sender is known and its body read.
type call struct {
	*http.Request
	body    []byte
	effects fault.Effects
}

func (c call) cause() fault.Cause { return fault.CauseOf(c.Request) }

// action does what a route is for, while the books are locked, and returns the
// JSON to answer. An error that is no refusal is a fault of the fake itself.
type action func(c call) ([]byte, error)

// with decodes the body for an action, if it has the shape.
func with[In any](s *Server, wanted shapes, do func(c call, in In) ([]byte, error)) action {
	return func(c call) ([]byte, error) {
		if err := s.shapeOf(wanted).check(c.body, "$input"); err != nil {
			return nil, err
		}
		var in In
		if err := json.Unmarshal(c.body, &in); err != nil {
			return nil, malformed("the body is not what this route expects: %v", err)
		}
		return do(c, in)
	}
}

func (s *Server) shapeOf(wanted shapes) shape {
	if s.real() {
		return wanted.real
	}
	return wanted.reference
}

// routes puts the gateway behind the front, where faults strike. What is for
// people and tests stands beside it, where none does.
func (s *Server) routes() http.Handler {
	gate := front.Front{
		Clock: s.clock, Faults: s.faults, Ledger: s.ledger, Refuse: s.refuseByPlan,
		Mask: front.Mask("cardNumber", "cardPassword", "cardExpirationYear", "cardExpirationMonth", "customerBirthday",
			"customerIdentityNumber", "billingKey", "customerKey", "authKey", "registrationNumber", "accountNumber"),
		Asked: askedAbout, Answered: inBody,
	}
	workings := control.Workings{Clock: s.clock, Faults: s.faults, Ledger: s.ledger, Courier: s.webhooks}
	mux := http.NewServeMux()
	mux.Handle(control.Prefix, control.New(workings, s, control.Options(s.Settings, s.Configure)))
	page.Mount(mux, "Toss Payments")
	s.serveCheckout(mux)
	mux.Handle("/", s.replays.watch(gate.Wrap(s.gateway())))
	return mux
}

func (s *Server) gateway() http.Handler {
	mux := http.NewServeMux()
	for pattern, do := range map[string]action{
		"POST /v1/payments/confirm":                    with(s, confirmShapes, s.confirm),
		"POST /v1/payments/key-in":                     with(s, keyInShapes, s.keyIn),
		"POST /v1/payments/{paymentKey}":               with(s, approveShapes, s.approve),
		"POST /v1/payments/{paymentKey}/cancel":        with(s, cancelShapes, s.cancel),
		"GET /v1/payments/{paymentKey}":                s.getPayment,
		"GET /v1/payments/orders/{orderId}":            s.getOrder,
		"GET /v1/transactions":                         s.listTransactions,
		"POST /v1/virtual-accounts":                    with(s, virtualAccountShapes, s.createVirtualAccount),
		"POST /v1/billing/authorizations/card":         with(s, storeBillingShapes, s.storeBilling),
		"POST /v1/billing/authorizations/issue":        with(s, issueBillingShapes, s.issueBilling),
		"POST /v1/billing/authorizations/{billingKey}": with(s, authorizeBillingShapes, s.authorizeBilling),
		"POST /v1/billing/{billingKey}":                with(s, chargeBillingShapes, s.chargeBilling),
		"DELETE /v1/billing/{billingKey}":              s.deleteBilling,
		"POST /v1/cash-receipts":                       with(s, cashReceiptShapes, s.createCashReceipt),
		"POST /v1/cash-receipts/{receiptKey}/cancel":   s.cancelCashReceipt,
		"GET /internal/{paymentKey}/deposit":           s.deposit, // the first generation of the published client
		"PUT /internal/{paymentKey}/deposit":           s.deposit, // the later ones
	} {
		mux.Handle(pattern, s.vendor(do))
	}
	mux.HandleFunc("POST /internal/webhook", s.receiveWebhook)
	mux.HandleFunc("/", s.notFound)
	return mux
}

// vendor is what all of the gateway's own routes have in common.
func (s *Server) vendor(do action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Ahead of the key, as at the real gateway.
		if code := r.Header.Get("TossPayments-Test-Code"); code != "" {
			s.fail(w, r, requested(code))
			return
		}
		if err := s.authenticate(r); err != nil {
			s.fail(w, r, err)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			s.fail(w, r, malformed("the body is cut off"))
			return
		}
		c := call{Request: r, body: body, effects: fault.FromContext(r.Context())}
		s.replays.once(w, r, func(w http.ResponseWriter) { s.answer(w, c, do) })
	})
}

func (s *Server) answer(w http.ResponseWriter, c call, do action) {
	body, err := s.perform(c, do)
	if err != nil {
		s.fail(w, c.Request, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(s.successStatus(c.Method))
	w.Write(body)
}

func (s *Server) perform(c call, do action) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return do(c)
}

// successStatus is 201 to a POST in the reference, which is written in NestJS.
func (s *Server) successStatus(method string) int {
	if method == http.MethodPost && !s.real() {
		return http.StatusCreated
	}
	return http.StatusOK
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, missing(api.CodeNotFound, "Cannot %s %s", r.Method, r.URL.Path))
}
