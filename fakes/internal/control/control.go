// Package control is what a fake PG answers under /__fake/: a test, or the page
// for people, plans faults, moves the clock, asks for the truth and plays the
// payer there. It is off the vendor's own paths, and it asks for no key.
package control

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/courier"
	"github.com/samchon/payments-server/fakes/ledger"
)

// Prefix is where the handler of New is to be mounted.
const Prefix = "/__fake/"

// Workings are the parts that every fake has.
type Workings struct {
	Clock   *clock.Clock
	Faults  *fault.Plans
	Ledger  *ledger.Ledger
	Courier *courier.Courier
}

// Vendor is the fake that is controlled.
type Vendor interface {
	// Payments lists the payments that are kept, newest first.
	Payments() []Payment
	// Act plays the payer or the bank: one of the payment's Actions. Its webhooks
	// have the cause that CauseOf says. It fails with ErrUnknownPayment or ErrNotNow.
	Act(ctx context.Context, payment, action string) error
	// Reset forgets all payments and whatever else the vendor keeps.
	Reset()
}

// Errors of Vendor.Act.
var (
	ErrUnknownPayment = errors.New("no such payment")
	ErrNotNow         = errors.New("the payment is not in a state for it")
)

// CauseOf is the cause of what an action at a payment brings about, whether it is
// asked for over HTTP or in Go.
func CauseOf(payment, action string) fault.Cause {
	return fault.Cause{Method: http.MethodPost, Path: Prefix + "payments/" + payment + "/" + action}
}

// Payment is what there is to see and do about a payment.
type Payment struct {
	ID      string       `json:"id"`
	Order   string       `json:"order"`
	Name    string       `json:"name"`
	Method  string       `json:"method"`
	Status  string       `json:"status"`
	Amount  money.Amount `json:"amount"`
	Balance money.Amount `json:"balance"`
	At      time.Time    `json:"at"`
	Actions []string     `json:"actions"`
}

// Options answers with what can be changed of a vendor while it runs, and changes
// what a PUT names of it. JSON reads and writes T. Set may refuse.
func Options[T any](get func() T, set func(T) error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { write(w, get()) })
	mux.HandleFunc("PUT /", func(w http.ResponseWriter, r *http.Request) {
		options := get()
		if !read(w, r, &options) {
			return
		}
		if err := set(options); err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		write(w, get())
	})
	return mux
}

type handler struct {
	Workings
	vendor Vendor
}

// New returns the handler of everything under Prefix. The options are those of
// the vendor, made by Options.
func New(w Workings, v Vendor, options http.Handler) http.Handler {
	h := handler{w, v}
	mux := http.NewServeMux()
	mux.Handle("/__fake/options", options)
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET /__fake/faults":         h.listFaults,
		"POST /__fake/faults":        h.addFault,
		"DELETE /__fake/faults":      h.clearFaults,
		"DELETE /__fake/faults/{id}": h.removeFault,
		"PUT /__fake/faults/seed":    h.seedFaults,

		"GET /__fake/clock":          h.readClock,
		"POST /__fake/clock/advance": h.advanceClock,
		"POST /__fake/clock/stop":    h.stopClock,
		"POST /__fake/clock/start":   h.startClock,

		"GET /__fake/ledger":                  h.readLedger,
		"GET /__fake/ledger/payments/{id}":    h.readPaymentLedger,
		"GET /__fake/ledger/orders/{id}":      h.readOrderLedger,
		"GET /__fake/ledger/limits":           h.readLedgerLimits,
		"GET /__fake/requests":                h.listRequests,
		"GET /__fake/payments":                h.listPayments,
		"POST /__fake/payments/{id}/{action}": h.act,
		"GET /__fake/webhooks":                h.listWebhooks,
		"POST /__fake/webhooks/{id}/resend":   h.resendWebhook,
		"POST /__fake/payments/{id}/resend":   h.resendLast,
		"GET /__fake/webhooks/url":            h.readWebhookURL,
		"PUT /__fake/webhooks/url":            h.setWebhookURL,
		"POST /__fake/reset":                  h.reset,
		"GET /__fake/events":                  h.watch,
	} {
		mux.HandleFunc(pattern, handle)
	}
	// A page of another origin, open in the developer's browser, has no business here.
	return http.NewCrossOriginProtection().Handler(mux)
}

func (h handler) listPayments(w http.ResponseWriter, r *http.Request) {
	payments := h.vendor.Payments()
	write(w, payments[:limit(r, len(payments))])
}

// newest keeps the last so many of a list, as ?limit= asks.
func newest[T any](list []T, r *http.Request) []T {
	return list[len(list)-limit(r, len(list)):]
}

func limit(r *http.Request, all int) int {
	n, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || n < 0 {
		return all
	}
	return min(n, all)
}

func (h handler) act(w http.ResponseWriter, r *http.Request) {
	err := h.vendor.Act(r.Context(), r.PathValue("id"), r.PathValue("action"))
	switch {
	case errors.Is(err, ErrUnknownPayment):
		refuse(w, http.StatusNotFound, err)
	case err != nil:
		refuse(w, http.StatusConflict, err)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (h handler) reset(w http.ResponseWriter, _ *http.Request) {
	h.vendor.Reset()
	h.Courier.Clear()
	h.Faults.Clear()
	h.Ledger.Clear()
	w.WriteHeader(http.StatusNoContent)
}
