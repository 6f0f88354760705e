// Package shop is a service in a module of its own.
package shop

import (
	"testing"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/paymentstest"
)

func TestUnpaidOrder(t *testing.T) {
	payments := paymentstest.Open(t)
	order := api.Source{Schema: "shop", Table: "orders", ID: "6f0ab8c5-2f0b-4a53-9d2e-5c7a35e1a1a4"}
	if _, err := payments.Client.HistoryBySource(t.Context(), order, "secret"); !api.IsCode(err, api.CodeHistoryNotFound) {
		t.Errorf("an order that nobody paid: got %v", err)
	}
}
