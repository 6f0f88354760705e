package worker_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/internal/payment"
)

// lie is what a PG, or what stands before it, makes of a request.
type lie struct {
	name string
	done bool // the request reaches the PG, and is carried out
	tell func(w http.ResponseWriter, r *http.Request)
}

var lies = []lie{
	{"502 before it", false, badGateway},
	{"dropped after it", true, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	{"a page in place of an answer", true, say(`<html><title>Maintenance</title></html>`)},
	{"an answer about nothing", true, say(`{}`)},
	{"a page that nothing is here", true, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }},
}

func badGateway(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "the gateway has not answered", http.StatusBadGateway)
}

func say(body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// liar stands before a PG, and lies about the nth request, or from there on.
type liar struct {
	door  *door                    // as a way to the PG
	about func(*http.Request) bool // the requests that count; nil: all

	mu      sync.Mutex
	lie     lie
	first   int // that is lied about; 0: none
	forever bool
	asked   int
	told    bool
}

// liesBefore puts a liar before a vendor's fake. The worker is opened after it.
func (w *world) liesBefore(code api.VendorCode) *liar {
	w.t.Helper()
	address := &w.tossURL
	if code == api.Iamport {
		address = &w.iamportURL
	}
	l := &liar{door: newDoor(w.t, *address)}
	server := httptest.NewServer(l)
	w.t.Cleanup(server.Close)
	*address = server.URL
	return l
}

// begin has it lie about the nth request, counted from 1, or from there on.
func (l *liar) begin(with lie, nth int, forever bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lie, l.first, l.forever, l.asked, l.told = with, nth, forever, 0, false
}

// stop has it speak the truth, and reports whether it has lied.
func (l *liar) stop() (told bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first = 0
	return l.told
}

// next counts a request, and returns the lie that it is told, if any.
func (l *liar) next(r *http.Request) *lie {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.about != nil && !l.about(r) {
		return nil
	}
	l.asked++
	if l.first == 0 || l.asked < l.first || l.asked > l.first && !l.forever {
		return nil
	}
	l.told = true
	told := l.lie
	return &told
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	told := l.next(r)
	if told != nil && !told.done {
		told.tell(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	answer := l.door.pass(r, body)
	if told != nil {
		told.tell(w, r)
		return
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// TestLiar lies about each request to the PG that each operation makes. Whatever the PG does, a client is never told
// that the fault is ours, nor that nothing was done, and the books agree.
func TestLiar(t *testing.T) {
	t.Parallel()
	for _, o := range operations {
		for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
			t.Run(fmt.Sprintf("%s/%s", o.name, code), func(t *testing.T) {
				t.Parallel()
				w := newSurroundings(t, repeatSoon...)
				l := w.liesBefore(code)
				w.open()
				for _, lie := range lies {
					l.tellEach(t, w, o, code, lie)
				}
			})
		}
	}
}

// tellEach lies about the first request, then about the second, until there are no
// more; and then about all of them, until the client has been answered.
func (l *liar) tellEach(t *testing.T, w *world, o operation, code api.VendorCode, with lie) {
	in := func(name string, n int, forever bool) (told bool) {
		t.Run(fmt.Sprintf("%s/%s %d", with.name, name, n), func(t *testing.T) {
			own := *w
			own.t = t
			told = l.tell(&own, o, code, func() { l.begin(with, n, forever) })
		})
		return told
	}
	n := 1
	for in("request", n, false) && !t.Failed() {
		n++
	}
	if n == 1 && !t.Failed() {
		t.Errorf("%s: nothing was asked of the PG, the test shows nothing", with.name)
	}
	if o.client {
		in("from request", 1, true)
	}
}

// tell has an operation happen, and reports whether a request of it was lied about.
func (l *liar) tell(w *world, o operation, code api.VendorCode, begin func()) (told bool) {
	p := o.prepare(w, code)
	begin()
	first := p.begin(w.t.Context())
	if o.client {
		told = l.stop()
	}
	last := p.insist(first)
	w.settle(w.hurry, 20*time.Millisecond)
	told = l.stop() || told
	for _, problem := range p.told {
		if problem.Status == http.StatusInternalServerError {
			w.t.Errorf("told that the fault is ours: %v", &problem)
		}
	}
	p.compare(cell{operation: o, code: code, point: point{step: payment.StepHeard}}, last)
	return told
}

// TestLiar_Silence: a PG that does not answer is waited for as long as the intent's
// lease lasts, and is asked again then.
func TestLiar_Silence(t *testing.T) {
	t.Parallel()
	silence := lie{"no answer", true, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
	for name, moves := range map[string]func(api.VendorCode) fault.Plan{"store": capturePath, "cancel": cancelPath} {
		o := operations[slices.IndexFunc(operations, func(o operation) bool { return o.name == name })]
		for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
			t.Run(fmt.Sprintf("%s/%s", name, code), func(t *testing.T) {
				t.Parallel()
				w := newSurroundings(t, repeatSoon...)
				w.lease = 5 * time.Second
				l := w.liesBefore(code)
				l.about = byMethod(moves(code))
				w.open()
				if !l.tell(w, o, code, func() { l.begin(silence, 1, false) }) {
					t.Error("the PG answered at once: the test shows nothing")
				}
			})
		}
	}
}
