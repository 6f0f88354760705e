package ledger_test

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/ledger"
)

func captured(payment, order string, amount int64) ledger.Entry {
	return ledger.Entry{Payment: payment, Order: order, Kind: ledger.Captured, Amount: money.New(amount)}
}

func refunded(payment, order string, amount int64) ledger.Entry {
	return ledger.Entry{Payment: payment, Order: order, Kind: ledger.Refunded, Amount: money.New(amount)}
}

func TestLedger_KeepsEachPaymentInOrder(t *testing.T) {
	t.Parallel()
	l := ledger.New(time.Now, ledger.Limits{Payments: 10, Requests: 10})
	l.Record(captured("a", "order", 100))
	l.Record(captured("b", "order", 50))
	l.Record(refunded("a", "order", 30))

	entries, totals := l.Payment("a")
	if len(entries) != 2 || entries[0].Kind != ledger.Captured || entries[1].Kind != ledger.Refunded {
		t.Errorf("entries of a = %+v", entries)
	}
	if !totals.Balance().Equal(money.New(70)) {
		t.Errorf("balance of a = %v, want 70", totals.Balance())
	}
	entries, totals = l.Order("order")
	if len(entries) != 3 || entries[1].Payment != "b" || !totals.Captured.Equal(money.New(150)) {
		t.Errorf("the order captured %v in %+v, want 150 in three entries by time", totals.Captured, entries)
	}
}

func TestLedger_KeepsTheTotalsOfWhatItForgets(t *testing.T) {
	t.Parallel()
	l := ledger.New(time.Now, ledger.Limits{Payments: 1, Requests: 1})
	l.Record(captured("a", "1", 100))
	l.Record(captured("b", "2", 50))
	if entries, _ := l.Payment("a"); entries != nil {
		t.Errorf("kept %+v beyond the limit", entries)
	}
	if totals := l.Totals(); !totals.Captured.Equal(money.New(150)) {
		t.Errorf("total = %v, want 150", totals.Captured)
	}
	l.Clear()
	if totals := l.Totals(); !totals.Captured.IsZero() {
		t.Errorf("total after Clear = %v, want 0", totals.Captured)
	}
}

func TestLedger_KeepsTheNewestRequests(t *testing.T) {
	t.Parallel()
	l := ledger.New(time.Now, ledger.Limits{Payments: 1, Requests: 2})
	for _, path := range []string{"/1", "/2", "/3"} {
		l.RecordRequest(ledger.Request{Method: "GET", Path: path})
	}
	requests := l.Requests()
	if len(requests) != 2 || requests[0].Path != "/2" || requests[1].Path != "/3" {
		t.Errorf("kept %+v, want /2 and /3", requests)
	}
}

func TestFind_SelectsRequests(t *testing.T) {
	t.Parallel()
	l := ledger.New(time.Now, ledger.Limits{Payments: 1})
	for _, r := range []ledger.Request{
		{Path: "/1", Subject: ledger.Subject{Payment: "a", Order: "x"}, IdempotencyKey: "k"},
		{Path: "/2", Subject: ledger.Subject{Payment: "a", Order: "x"}},
		{Path: "/3", Subject: ledger.Subject{Payment: "b", Order: "x"}, IdempotencyKey: "k"},
		{Path: "/4"},
	} {
		l.RecordRequest(r)
	}
	for query, want := range map[ledger.Query]string{
		{}:                                      "/1/2/3/4",
		{Subject: ledger.Subject{Payment: "a"}}: "/1/2",
		{Subject: ledger.Subject{Order: "x"}}:   "/1/2/3",
		{IdempotencyKey: "k"}:                   "/1/3",
		{Subject: ledger.Subject{Payment: "a"}, IdempotencyKey: "k"}: "/1",
		{Subject: ledger.Subject{Payment: "nobody"}}:                 "",
	} {
		var got string
		for _, r := range l.Find(query) {
			got += r.Path
		}
		if got != want {
			t.Errorf("%+v selects %q, want %q", query, got, want)
		}
	}
}

func TestKeeping_CountsWhatIsForgotten(t *testing.T) {
	t.Parallel()
	l := ledger.New(time.Now, ledger.Limits{Payments: 1, Requests: 2})
	for _, payment := range []string{"a", "b", "b", "c"} {
		l.Record(captured(payment, "order", 1))
		l.RecordRequest(ledger.Request{Path: payment})
	}
	payments, requests := l.Keeping()
	if want := (ledger.Keeping{Limit: 1, Forgotten: 2}); payments != want {
		t.Errorf("payments: %+v, want %+v", payments, want)
	}
	if want := (ledger.Keeping{Limit: 2, Forgotten: 2}); requests != want {
		t.Errorf("requests: %+v, want %+v", requests, want)
	}
	l.Clear()
	if payments, requests = l.Keeping(); payments.Forgotten+requests.Forgotten != 0 {
		t.Error("after Clear something is still forgotten")
	}
}
