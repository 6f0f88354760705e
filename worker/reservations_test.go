package worker_test

import (
	"bytes"
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
)

// billingKey registers a card for a customer, who is an order's id here.
func (w *world) billingKey(code api.VendorCode, customer string) (uid string) {
	w.t.Helper()
	if code == api.Iamport {
		mustv(w.iamport.CreateSubscription(w.t.Context(), customer, iamport.SubscriptionRequest{
			CustomerUID: customer,
			CardInput:   iamport.CardInput{CardNumber: "1111-2222-3333-4444", Expiry: "2028-12", Birth: "880311"},
		}))(w.t)
		return customer
	}
	return mustv(w.toss.StoreBilling(w.t.Context(), toss.BillingCard{
		CustomerKey: customer, CardNumber: "1111222233334444", CardExpirationYear: "28", CardExpirationMonth: "03",
		CardPassword: "99", CustomerBirthday: "880311", CustomerIdentityNumber: "880311",
	}))(w.t).BillingKey
}

// charge has a shop charge the registered card of an order's customer, and returns the payment.
func (w *world) charge(code api.VendorCode, orderID string, amount int64) (uid string) {
	w.t.Helper()
	key := w.billingKey(code, orderID)
	if code == api.Iamport {
		return mustv(w.iamport.Again(w.t.Context(), iamport.AgainRequest{
			CustomerUID: key, Order: iamport.Order{MerchantUID: orderID, Amount: money.New(amount), Name: "an order"},
		}))(w.t).ImpUID
	}
	return mustv(w.toss.ChargeBilling(w.t.Context(), key, toss.Charge{
		CustomerKey: orderID, OrderID: orderID, OrderName: "an order", Amount: money.New(amount),
	}))(w.t).PaymentKey
}

func TestReservation(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		in := api.StoreReservation{
			Vendor: api.Vendor{Code: code, UID: w.billingKey(code, source.ID), StoreID: "test-store"},
			Source: source, Title: "some-title", Password: somePassword,
		}
		type read struct {
			ID, Title  string
			VendorCode api.VendorCode `json:"vendor_code"`
			Data       map[string]any
		}
		var stored, again, byID, bySource read
		for _, call := range []struct {
			method, path string
			in           any
			out          *read
		}{
			{"POST", "/payments/reservations", in, &stored},
			{"POST", "/reservations", in, &again},
			{"PATCH", "/payments/reservations/get", api.SourcePassword{Source: source, Password: somePassword}, &bySource},
		} {
			if p := w.call(call.method, call.path, call.in, call.out); p != nil {
				t.Fatalf("%s %s: %v", call.method, call.path, p)
			}
		}
		if p := w.call("PATCH", "/payments/reservations/"+stored.ID, api.Password{Password: somePassword}, &byID); p != nil {
			t.Fatal(p)
		}
		for _, r := range []read{again, byID, bySource} {
			if r.ID != stored.ID || r.Title != "some-title" || r.VendorCode != code || len(r.Data) == 0 {
				t.Errorf("got %+v, stored %+v", r, stored)
			}
		}

		if p := w.call("PATCH", "/payments/reservations/"+stored.ID, api.Password{Password: "wrong"}, nil); p == nil ||
			p.Code != "wrong_password" {
			t.Errorf("a wrong password: %v", p)
		}
		if p := w.call("PATCH", "/payments/reservations/"+uuid.NewString(), api.Password{Password: somePassword},
			nil); p == nil || p.Code != "reservation_not_found" {
			t.Errorf("an unknown id: %v", p)
		}
		taken := in
		taken.Source = w.source()
		if p := w.call("POST", "/payments/reservations", taken, nil); p == nil || p.Status < 400 || code == api.Iamport &&
			p.Code != "already_registered" {
			t.Errorf("another source with the same billing key: %v", p)
		}
		unknown := in
		unknown.Source, unknown.Vendor.UID = w.source(), uuid.NewString()
		if p := w.call("POST", "/payments/reservations", unknown, nil); p == nil || p.Status != 404 ||
			p.Code != "pg_declined" {
			t.Errorf("an unknown billing key: %v", p)
		}
	})
}

// keptLog keeps what is written to it.
type keptLog struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *keptLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *keptLog) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Contains(l.all.Bytes(), []byte(text))
}

func TestReservation_KeepsBillingKeysOutOfTheLog(t *testing.T) {
	t.Parallel()
	w := newSurroundings(t)
	var log keptLog
	w.log = &log
	w.open()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		source := w.source()
		in := api.StoreReservation{
			Vendor: api.Vendor{Code: code, UID: w.billingKey(code, source.ID), StoreID: "test-store"},
			Source: source, Title: "some-title", Password: somePassword,
		}
		w.plan(code, fault.Plan{Kind: fault.Reject, Status: http.StatusBadGateway, Times: fault.Always})
		if p := w.call("POST", "/payments/reservations", in, nil); p == nil || p.Code != "pg_unavailable" || !log.has(p.RequestID) {
			t.Errorf("%s: got %v, or the log has nothing of it", code, p)
		}
		if log.has(in.Vendor.UID) {
			t.Errorf("%s: the log has the billing key", code)
		}
	}
}
