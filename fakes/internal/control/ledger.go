package control

import (
	"net/http"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/ledger"
)

func (h handler) readLedger(w http.ResponseWriter, _ *http.Request) {
	writeLedger(w, h.Ledger.Entries(), h.Ledger.Totals())
}

func (h handler) readPaymentLedger(w http.ResponseWriter, r *http.Request) {
	entries, totals := h.Ledger.Payment(r.PathValue("id"))
	writeLedger(w, entries, totals)
}

func (h handler) readOrderLedger(w http.ResponseWriter, r *http.Request) {
	entries, totals := h.Ledger.Order(r.PathValue("id"))
	writeLedger(w, entries, totals)
}

func writeLedger(w http.ResponseWriter, entries []ledger.Entry, totals ledger.Totals) {
	if entries == nil {
		entries = []ledger.Entry{} // a list in JSON, not null
	}
	write(w, struct {
		Entries []ledger.Entry `json:"entries"`
		ledger.Totals
		Balance money.Amount `json:"balance"`
	}{entries, totals, totals.Balance()})
}

func (h handler) readLedgerLimits(w http.ResponseWriter, _ *http.Request) {
	payments, requests := h.Ledger.Keeping()
	write(w, struct {
		Payments ledger.Keeping `json:"payments"`
		Requests ledger.Keeping `json:"requests"`
		Body     int            `json:"bytes_of_a_body"`
	}{payments, requests, ledger.MaxBody})
}

func (h handler) listRequests(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	write(w, newest(h.Ledger.Find(ledger.Query{
		Subject:        ledger.Subject{Payment: asked.Get("payment"), Order: asked.Get("order")},
		IdempotencyKey: asked.Get("idempotency_key"),
	}), r))
}
