package worker_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/fault"
)

func TestStoreHistory(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		stored := w.mustStore(w.storing(code, w.pay(code, source.ID, 20000), source, 20000))
		if stored.PaidAt == nil || stored.CancelledAt != nil || stored.Refund != nil || len(stored.Cancels) != 0 {
			t.Errorf("a fresh payment: paid %v, cancelled %v, refund %v, cancels %v", stored.PaidAt, stored.CancelledAt,
				stored.Refund, stored.Cancels)
		}
		if stored.VendorCode != code || !stored.Price.Equal(money.New(20000)) || stored.Currency != "KRW" {
			t.Errorf("got %s %v %s", stored.VendorCode, stored.Price, stored.Currency)
		}

		var byID, bySource seen
		if p := w.call("PATCH", "/payments/histories/"+stored.ID, api.Password{Password: somePassword}, &byID); p != nil {
			t.Fatalf("read by id: %v", p)
		}
		if p := w.call("PATCH", "/histories/get", api.SourcePassword{Source: source, Password: somePassword},
			&bySource); p != nil {
			t.Fatalf("read by source: %v", p)
		}
		for _, read := range []seen{byID, bySource} {
			if read.ID != stored.ID || string(read.Data) != string(stored.Data) || !read.CreatedAt.Equal(stored.CreatedAt) {
				t.Errorf("read %+v, stored %+v", read, stored)
			}
		}
	})
}

func TestReadHistory_Refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	stored := w.mustStore(w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 1000))
	for _, c := range []struct {
		name, path string
		in         any
		status     int
		code       string
	}{
		{"a wrong password by id", "/payments/histories/" + stored.ID, api.Password{Password: "wrong"}, 403,
			"wrong_password"},
		{"a wrong password by source", "/payments/histories/get", api.SourcePassword{Source: source, Password: "wrong"}, 403,
			"wrong_password"},
		{"an unknown id", "/payments/histories/" + uuid.NewString(), api.Password{Password: somePassword}, 404,
			"history_not_found"},
		{"an unknown source", "/payments/histories/get", api.SourcePassword{Source: w.source(), Password: somePassword}, 404,
			"history_not_found"},
		{"an id that is none", "/payments/histories/nobody", api.Password{Password: somePassword}, 400, "invalid_body"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := w.call("PATCH", c.path, c.in, nil)
			if p == nil || p.Status != c.status || p.Code != c.code {
				t.Errorf("got %v, want %d %s", p, c.status, c.code)
			}
		})
	}
}

func TestStoreHistory_Repeated(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		in := w.storing(code, w.pay(code, source.ID, 5000), source, 5000)
		first := w.mustStore(in)
		if again := w.mustStore(in); again.ID != first.ID {
			t.Errorf("the same request made another record: %s and %s", first.ID, again.ID)
		}
		other := w.source()
		for name, change := range map[string]func(*api.StoreHistory){
			"another price":    func(in *api.StoreHistory) { in.Price = money.New(4000) },
			"another password": func(in *api.StoreHistory) { in.Password = "another" },
			"another source":   func(in *api.StoreHistory) { in.Source = other },
			"another payment":  func(in *api.StoreHistory) { in.Vendor.UID = w.pay(code, source.ID, 5000) },
		} {
			in := in
			change(&in)
			if p := w.call("POST", "/payments/histories", in, nil); p == nil || p.Status != 409 ||
				p.Code != "already_registered" {
				t.Errorf("%s: got %v, want 409 already_registered", name, p)
			}
		}
	})
}

// The customer's first payment is unclear, and a second one has gone through.
func TestStoreHistory_WaitsForAnotherOfItsSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	w.on(fault.Plan{Method: "GET", Path: "/payments/*"}, fault.Plan{Kind: fault.Reject, Status: http.StatusBadGateway}, api.Iamport)
	if p := w.call("POST", "/payments/histories", w.storing(api.Iamport, "imp_none", source, 9000), nil); p == nil || p.Code != "pg_outcome_unknown" {
		t.Fatalf("the first was told %v", p)
	}
	w.calm()
	second := w.storing(api.Iamport, w.iamportCard(source.ID, 9000), source, 9000)
	if p := w.call("POST", "/payments/histories", second, nil); p == nil || p.Code != "in_progress" {
		t.Errorf("while the first is open, the second was told %v", p)
	}
	w.sql(`UPDATE payments.payment_intents SET created_at = created_at - interval '11 minutes', doubt_until = now()`)
	w.intentsSettle()
	w.mustStore(second)
}

func TestStoreHistory_OfAKeyThatLeadsElsewhere(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		for _, uid := range []string{".", ".."} {
			source := w.source()
			if p := w.call("POST", "/payments/histories", w.storing(code, uid, source, 9000), nil); p == nil || p.Code != "invalid_request" {
				t.Errorf("%q: told %v", uid, p)
			}
			w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
		}
	})
}

func TestStoreHistory_SimultaneouslyIsOneRecord(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		in := w.storing(code, w.pay(code, source.ID, 7000), source, 7000)
		answers := make(chan seen, 8)
		for range cap(answers) {
			go func() {
				var out seen
				for p := w.call("POST", "/payments/histories", in, &out); p != nil; p = w.call("POST", "/payments/histories", in,
					&out) {
					if p.Code != "in_progress" && p.Code != "pg_outcome_unknown" {
						t.Errorf("one of many: %v", p)
						break
					}
				}
				answers <- out
			}()
		}
		first := <-answers
		for range cap(answers) - 1 {
			if a := <-answers; a.ID != first.ID {
				t.Errorf("two records: %q and %q", first.ID, a.ID)
			}
		}
	})
}

func TestStoreHistory_WrongPrice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	t.Run("Iamport's money goes back, all of it", func(t *testing.T) {
		source := w.source()
		uid := w.iamportCard(source.ID, 20000)
		p := w.call("POST", "/payments/histories", w.storing(api.Iamport, uid, source, 15000), nil)
		if p == nil || p.Status != 422 || p.Code != "price_mismatch" {
			t.Fatalf("got %v", p)
		}
		paid := mustv(w.iamport.GetPayment(t.Context(), uid))(t)
		if !paid.Balance().IsZero() {
			t.Errorf("the PG still holds %v", paid.Balance())
		}
	})
	t.Run("Toss refuses, and takes nothing", func(t *testing.T) {
		source := w.source()
		uid := w.tossCard(source.ID, 20000)
		p := w.call("POST", "/payments/histories", w.storing(api.Toss, uid, source, 15000), nil)
		if p == nil || p.Status != 422 || p.Code != "pg_declined" || p.PG == nil {
			t.Fatalf("got %v", p)
		}
		if stored := w.mustStore(w.storing(api.Toss, uid, source, 20000)); stored.PaidAt == nil {
			t.Error("the right price was not captured after the wrong one")
		}
	})
	t.Run("another order's payment goes back", func(t *testing.T) {
		uid := w.iamportCard(w.source().ID, 20000)
		p := w.call("POST", "/payments/histories", w.storing(api.Iamport, uid, w.source(), 20000), nil)
		if p == nil || p.Status != 422 || p.Code != "order_mismatch" {
			t.Fatalf("got %v", p)
		}
		if paid := mustv(w.iamport.GetPayment(t.Context(), uid))(t); !paid.Balance().IsZero() {
			t.Errorf("the PG still holds %v", paid.Balance())
		}
	})
}

func TestStoreHistory_UnknownPayment(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		p := w.call("POST", "/payments/histories", w.storing(code, uuid.NewString(), w.source(), 100), nil)
		if p == nil || p.Status != 404 || p.Code != "pg_declined" || p.PG == nil || p.PG.Status != 404 {
			t.Errorf("got %v, want the PG's 404", p)
		}
	})
}

func TestCancelHistory(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		stored := w.mustStore(w.storing(code, w.pay(code, source.ID, 20000), source, 20000))
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(4000),
			Reason: "changed their mind"}
		var first time.Time
		for n := range 5 {
			var out seen
			if p := w.call("PUT", "/payments/histories/cancel", cancel, &out); p != nil {
				t.Fatalf("cancel %d: %v", n+1, p)
			}
			if want := money.New(4000 * int64(n+1)); out.Refund == nil || !out.Refund.Equal(want) || len(out.Cancels) != n+1 {
				t.Fatalf("after cancel %d: refund %v in %d cancels, want %v", n+1, out.Refund, len(out.Cancels), want)
			}
			if n == 0 {
				first = *out.CancelledAt
			}
			if !out.CancelledAt.Equal(first) {
				t.Errorf("cancelled_at moved from %v to %v", first, out.CancelledAt)
			}
		}
		if p := w.call("PUT", "/payments/histories/cancel", cancel, nil); p == nil || p.Status < 400 ||
			p.Code != "pg_declined" {
			t.Errorf("a sixth cancel: got %v, want the PG's refusal", p)
		}

		eventually(t, "five webhooks, one for each cancel", func() bool { return len(w.service.heardOf(stored.ID)) >= 5 })
		for n, hook := range w.service.heardOf(stored.ID) {
			if len(hook.Previous.Cancels) != n || len(hook.Current.Cancels) != n+1 || hook.Source != source {
				t.Errorf("webhook %d goes from %d to %d cancels", n+1, len(hook.Previous.Cancels), len(hook.Current.Cancels))
			}
		}
	})
}

func TestCancelHistory_Refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	w.mustStore(w.storing(api.Toss, w.tossCard(source.ID, 1000), source, 1000))
	for _, c := range []struct {
		name   string
		in     api.CancelHistory
		status int
		code   string
	}{
		{"a wrong password", api.CancelHistory{Source: source, Password: "wrong", Price: money.New(1), Reason: "r"}, 403,
			"wrong_password"},
		{"more than the balance", api.CancelHistory{Source: source, Password: somePassword, Price: money.New(1001),
			Reason: "r"}, 422, "pg_declined"},
		{"nothing", api.CancelHistory{Source: source, Password: somePassword, Price: money.New(0), Reason: "r"}, 400,
			"invalid_request"},
		{"a negative amount", api.CancelHistory{Source: source, Password: somePassword, Price: money.New(-1), Reason: "r"},
			400, "invalid_body"},
		{"an unknown source", api.CancelHistory{Source: w.source(), Password: somePassword, Price: money.New(1), Reason: "r"},
			404, "history_not_found"},
	} {
		if p := w.call("PUT", "/payments/histories/cancel", c.in, nil); p == nil || p.Status != c.status || p.Code != c.code {
			t.Errorf("%s: got %v, want %d %s", c.name, p, c.status, c.code)
		}
	}
}
