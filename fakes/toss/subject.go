package toss

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/samchon/payments-server/fakes/ledger"
)

// askedAbout tells the ledger which payment and order a request is about.
func askedAbout(r *http.Request, body []byte) ledger.Subject {
	return inBody(body).Or(inPath(r.URL.Path))
}

func inPath(path string) ledger.Subject {
	if order, ok := strings.CutPrefix(path, "/v1/payments/orders/"); ok {
		return ledger.Subject{Order: order}
	}
	for _, prefix := range []string{"/v1/payments/", "/internal/"} {
		key, ok := strings.CutPrefix(path, prefix)
		if key, _, _ = strings.Cut(key, "/"); ok && key != "confirm" && key != "key-in" && key != "webhook" {
			return ledger.Subject{Payment: key}
		}
	}
	return ledger.Subject{}
}

// inBody reads requests and answers alike.
func inBody(body []byte) ledger.Subject {
	var names struct{ PaymentKey, OrderID string }
	_ = json.Unmarshal(body, &names) // what is no such object names nothing
	return ledger.Subject{Payment: names.PaymentKey, Order: names.OrderID}
}
