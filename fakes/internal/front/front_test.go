package front_test

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/front"
	"github.com/samchon/payments-server/fakes/ledger"
)

// gateway is a front before a handler that counts what it has done.
type gateway struct {
	*httptest.Server
	faults fault.Plans
	ledger *ledger.Ledger
	clock  *clock.Clock
	done   atomic.Int32
}

func open(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{ledger: ledger.New(time.Now, ledger.Limits{Payments: 10, Requests: 10}), clock: clock.New()}
	g.Server = httptest.NewServer(g.handler())
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) handler() http.Handler {
	f := front.Front{
		Clock: g.clock, Faults: &g.faults, Ledger: g.ledger,
		Refuse: func(w http.ResponseWriter, _ *http.Request, why front.Refusal) {
			http.Error(w, why.Code+why.Message, cmp.Or(why.Status, 402))
		},
		Mask: front.Mask("secret"),
		Asked: func(r *http.Request, _ []byte) ledger.Subject {
			return ledger.Subject{Order: r.URL.Query().Get("order")}
		},
		Answered: func([]byte) ledger.Subject { return ledger.Subject{Payment: "made", Order: "unasked"} },
	}
	return f.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.done.Add(1)
		w.Header().Set("X-Answered", "yes")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.Copy(w, r.Body)
	}))
}

func (g *gateway) post(body string) (status int, answer string, err error) {
	response, err := g.Client().Post(g.URL+"/pay", "application/json", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	return response.StatusCode, string(read), err
}

func TestFront_AnswersAsTheHandlerDoes(t *testing.T) {
	t.Parallel()
	g := open(t)
	status, answer, err := g.post(`{"amount":1}`)
	if status != http.StatusCreated || answer != `{"amount":1}` || err != nil {
		t.Errorf("got %d %q %v", status, answer, err)
	}
}

func TestFront_CarriesOutFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind     fault.Kind
		done     int32 // times the handler ran
		answered int   // status the sender saw; 0: no whole answer
		recorded int   // status in the ledger
	}{
		{fault.Drop, 0, 0, 0},
		{fault.Reject, 0, 503, 503},
		{fault.Lose, 1, 0, 201},
		{fault.Fail, 1, 500, 201},
		{fault.Truncate, 1, 0, 201},
	} {
		t.Run(string(test.kind), func(t *testing.T) {
			t.Parallel()
			g := open(t)
			g.faults.MustAdd(fault.Plan{Kind: test.kind})
			status, answer, err := g.post(`{"amount":1}`)
			if done := g.done.Load(); done != test.done {
				t.Errorf("the handler ran %d times, want %d", done, test.done)
			}
			if got := seen(status, err); got != test.answered {
				t.Errorf("the sender saw %d (%q, %v), want %d", got, answer, err, test.answered)
			}
			request := g.ledger.Requests()[0]
			if request.Status != test.recorded || !slices.Equal(request.Faults, []fault.Kind{test.kind}) {
				t.Errorf("recorded %+v, want status %d and the fault", request, test.recorded)
			}
		})
	}
}

func TestFront_RefusesWithThePlansWords(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Reject, fault.Fail} {
		g := open(t)
		g.faults.MustAdd(fault.Plan{Kind: kind, Code: "BROKE", Message: ": no money"})
		if status, answer, err := g.post("{}"); status != 402 || answer != "BROKE: no money\n" {
			t.Errorf("%s: %d %q %v", kind, status, answer, err)
		}
		if kind == fault.Reject && g.ledger.Requests()[0].Status != 402 {
			t.Errorf("recorded %+v, want the status that was answered", g.ledger.Requests()[0])
		}
	}
}

func seen(status int, err error) int {
	if err != nil {
		return 0
	}
	return status
}

func TestFront_RecordsWhatARequestIsAbout(t *testing.T) {
	t.Parallel()
	for kind, payment := range map[fault.Kind]string{"": "made", fault.Lose: "made", fault.Drop: ""} {
		g := open(t)
		if kind != "" {
			g.faults.MustAdd(fault.Plan{Kind: kind, Times: fault.Always})
		}
		r := httptest.NewRequest(http.MethodPost, "/pay?order=a", strings.NewReader("{}"))
		r.Header.Set("Idempotency-Key", "k")
		func() {
			defer func() { _ = recover() }() // how an answer gets lost
			g.handler().ServeHTTP(httptest.NewRecorder(), r)
		}()
		got := g.ledger.Requests()[0]
		if want := (ledger.Subject{Payment: payment, Order: "a"}); got.Subject != want || got.IdempotencyKey != "k" {
			t.Errorf("%q: recorded %+v, want %+v under k", kind, got, want)
		}
	}
}

func TestFront_SaysThatABodyIsTruncated(t *testing.T) {
	t.Parallel()
	body := func(size int) string { return `{"a":"` + strings.Repeat("가", size/3) + `"}` }
	for name, test := range map[string]struct {
		body      string
		status    int
		truncated bool
	}{
		"short":    {body(100), 201, false},
		"long":     {body(ledger.MaxBody), 201, true},
		"too long": {body(2 << 20), 413, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := open(t)
			w := httptest.NewRecorder()
			g.handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/pay", strings.NewReader(test.body)))
			got := g.ledger.Requests()[0]
			if w.Code != test.status || got.Status != test.status || got.Truncated != test.truncated {
				t.Errorf("answered %d, recorded %d, truncated %v", w.Code, got.Status, got.Truncated)
			}
			if !utf8.ValidString(got.Body) || len(got.Body) > ledger.MaxBody {
				t.Errorf("recorded %d bytes: %.20q…", len(got.Body), got.Body)
			}
		})
	}
}

func TestFront_TruncatesWithinTheBody(t *testing.T) {
	t.Parallel()
	g := open(t)
	g.faults.MustAdd(fault.Plan{Kind: fault.Truncate})
	_, answer, err := g.post("0123456789")
	if answer != "01234" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v; want half of it and an unexpected EOF", answer, err)
	}
}

func TestFront_Waits(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Delay, fault.Stall} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &gateway{
					ledger: ledger.New(time.Now, ledger.Limits{Payments: 10}), clock: clock.NewStopped(time.Now()),
				}
				g.faults.MustAdd(fault.Plan{Kind: kind, Delay: clock.Duration(time.Hour)})
				answered := make(chan int)
				go func() {
					w := httptest.NewRecorder()
					g.handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/pay", nil))
					answered <- w.Code
				}()
				synctest.Wait() // it waits for the fake's clock
				if early := g.done.Load(); (kind == fault.Delay) != (early == 0) {
					t.Errorf("%s: the handler ran %d times before the wait", kind, early)
				}
				g.clock.Advance(time.Hour)
				if status := <-answered; status != http.StatusCreated {
					t.Errorf("answered %d", status)
				}
			})
		})
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	mask := front.Mask("card_number", "cvc")
	for body, want := range map[string]string{
		`{"card_number":"4111","amount":1}`: `{"amount":1,"card_number":"***"}`,
		`{"card":{"cvc":123,"name":"a"}}`:   `{"card":{"cvc":"***","name":"a"}}`,
		`{"cards":[{"cvc":123}]}`:           `{"cards":[]}`,
		`{"amount":90071992547409.93}`:      `{"amount":90071992547409.93}`,
		`card_number=4111&amount=1`:         `amount=1&card_number=%2A%2A%2A`,
		`4111-1111-1111-1111`:               `***`,
		`4111`:                              `***`,
		`{"card_number":"4111"`:             `***`,
		"\xff\xfe%zz":                       `***`,
	} {
		if got := mask([]byte(body)); got != want {
			t.Errorf("mask(%q) = %q, want %q", body, got, want)
		}
	}
}
