// Package gateway puts each PG behind payment.Gateway: it calls the PG's client,
// reads its answers as snapshots, and decides which errors are the PG's final
// word. It repeats nothing and records nothing; that is the domain's part.
//
// The judgement follows one rule: an error is Declined only with evidence that
// the PG did nothing, and in the PG's own form: the page of a proxy, or what another
// server says at a mistyped address, is nobody's word on a payment. Time-outs, broken connections, 5xx, 429 and codes that
// speak of a passing state prove nothing, whatever their HTTP status. Nor does the
// refusal to read a payment: it may have been paid all the same.
package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/samchon/payments-server/internal/payment"
)

// defaultStore serves every store_id that has no account of its own.
const defaultStore = "default"

// pick returns the client of a store, or of the default store.
func pick[C any](clients map[string]C, vendor payment.Vendor) (C, error) {
	if c, ok := clients[vendor.StoreID]; ok {
		return c, nil
	}
	if c, ok := clients[defaultStore]; ok {
		return c, nil
	}
	var none C
	return none, &payment.Declined{
		Status: 422, Code: "unknown_store", Path: string(vendor.Code),
		Message: fmt.Sprintf("no account is configured for store_id %q", vendor.StoreID),
	}
}

// fakeRefuses recognises the refusals of the reference's fakes: NestJS's, except of
// a route that it does not have, and those of its validator.
func fakeRefuses(status int, body []byte) bool {
	var e struct {
		StatusCode int
		Message    string
		Error      string
		Expected   string
	}
	if json.Unmarshal(body, &e) != nil || e.Message == "" || strings.HasPrefix(e.Message, "Cannot ") {
		return false
	}
	return e.StatusCode == status && e.Error != "" || status == http.StatusBadRequest && e.Expected != ""
}

// orDeclined prefers the PG's final word over the error it came in.
func orDeclined(err error, d *payment.Declined) error {
	if d == nil {
		return err
	}
	return d
}

// orMissing is orDeclined of a read. What was asked for is there or not: any other
// refusal is about the reading alone.
func orMissing(err error, d *payment.Declined) error {
	if d == nil || d.Status != http.StatusNotFound {
		return err
	}
	return d
}

// instant is a PG's time in the precision that the wire and the database share,
// or nil where it has not happened.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}

// errAnother is for a PG that answers for a payment by another spelling of its key.
// Under that the payment could have two records here, and the one be refunded for
// the other's sake.
func errAnother(asked payment.Vendor) error {
	return fmt.Errorf("%s answered for another payment than it was asked for", asked.Code)
}
