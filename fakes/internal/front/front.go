// Package front stands between a fake PG and the network: it writes each request
// into the ledger and carries out the faults planned for it. It knows no vendor:
// what a refusal looks like, what to mask in a body and where the name of a
// payment stands, it is told.
package front

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/host"
	"github.com/samchon/payments-server/fakes/ledger"
)

const maxBodyBytes = 1 << 20

// Front is the middleware; all fields are required.
type Front struct {
	Clock  *clock.Clock
	Faults *fault.Plans
	Ledger *ledger.Ledger
	// Refuse writes the vendor's error body.
	Refuse func(w http.ResponseWriter, r *http.Request, why Refusal)
	// Mask returns a body without its secrets, for the ledger.
	Mask func(body []byte) string
	// Asked tells what a request is about, and Answered what an answer is about.
	Asked    func(r *http.Request, body []byte) ledger.Subject
	Answered func(body []byte) ledger.Subject
}

// Refusal is what the vendor is to refuse a request with. When it has a Code,
// the vendor supplies what else is missing.
type Refusal struct {
	Status  int
	Code    string
	Message string
}

// refusal is the one that a plan asks for.
func refusal(p fault.Plan) Refusal {
	r := Refusal{p.Status, p.Code, p.Message}
	if r.Code == "" && r.Message == "" {
		r.Message = "refused by fault plan " + p.ID
	}
	return r
}

// Wrap returns next behind the front.
func (f Front) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
		visit := visit{front: f, request: r, body: body, cut: err != nil}
		if err != nil {
			visit.refuse(w, Refusal{
				Status: http.StatusRequestEntityTooLarge, Message: "request body is cut off or too large",
			})
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		visit.effects = f.Faults.Strike(r.Method, r.URL.Path)
		visit.run(w, next)
	})
}

// visit is one request on its way through.
type visit struct {
	front   Front
	request *http.Request
	body    []byte
	cut     bool // the body was not read to its end
	effects fault.Effects
}

// run records the request before it answers, so that whoever has an answer finds
// the request in the ledger.
func (v *visit) run(w http.ResponseWriter, next http.Handler) {
	ctx := v.request.Context()
	if p, ok := v.effects.Find(fault.Delay); ok && v.pause(host.Lifetime(ctx), p) != nil {
		panic(http.ErrAbortHandler) // the fake was closed meanwhile
	}
	if v.effects.Has(fault.Drop) {
		v.record(&answer{})
		panic(http.ErrAbortHandler) // how net/http is asked to close a connection without an answer
	}
	if p, ok := v.effects.Find(fault.Reject); ok {
		v.refuse(w, refusal(p))
		return
	}
	answer := newAnswer()
	next.ServeHTTP(answer, v.request.WithContext(fault.NewContext(ctx, v.effects)))
	v.record(answer)
	v.reply(w, answer)
}

// refuse answers in place of the handler.
func (v *visit) refuse(w http.ResponseWriter, why Refusal) {
	answer := newAnswer()
	v.front.Refuse(answer, v.request, why)
	v.record(answer)
	answer.copyInto(w)
}

// reply delivers the answer, or what the faults leave of it. Everything the
// request asked for is done by now.
func (v *visit) reply(w http.ResponseWriter, a *answer) {
	if p, ok := v.effects.Find(fault.Stall); ok {
		_ = v.pause(v.request.Context(), p) // a sender that left need not be waited for
	}
	if v.effects.Has(fault.Lose) {
		panic(http.ErrAbortHandler)
	}
	if p, ok := v.effects.Find(fault.Fail); ok {
		v.front.Refuse(w, v.request, refusal(p))
		return
	}
	if v.effects.Has(fault.Truncate) {
		a.truncateInto(w)
	}
	a.copyInto(w)
}

// pause waits as the plan says. Before the fact it does so for as long as the
// fake lives: a sender that gives up does not stop what it asked for, and asks
// "did you?" before it is done. That is the fault worth testing.
func (v *visit) pause(ctx context.Context, p fault.Plan) error {
	if !p.RealTime {
		return v.front.Clock.Sleep(ctx, time.Duration(p.Delay))
	}
	timer := time.NewTimer(time.Duration(p.Delay))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (v *visit) record(a *answer) {
	r := v.request
	body, truncated := v.recordedBody()
	v.front.Ledger.RecordRequest(ledger.Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Subject: v.subject(a), IdempotencyKey: r.Header.Get("Idempotency-Key"),
		Body: body, Truncated: truncated, Status: a.status, Faults: v.effects.Kinds(),
	})
}

// subject looks at the answer as well: the payment that a request makes has no
// name before.
func (v *visit) subject(a *answer) ledger.Subject {
	asked := v.front.Asked(v.request, v.body)
	if asked.Whole() || a.body.Len() == 0 {
		return asked
	}
	return asked.Or(v.front.Answered(a.body.Bytes()))
}

func (v *visit) recordedBody() (body string, truncated bool) {
	if len(v.body) == 0 {
		return "", v.cut
	}
	masked := v.front.Mask(v.body)
	if len(masked) <= ledger.MaxBody {
		return masked, v.cut
	}
	return strings.ToValidUTF8(masked[:ledger.MaxBody], ""), true
}

// answer holds a handler's response back until its fate is known.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: make(http.Header), status: http.StatusOK} }

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *answer) writeHead(w http.ResponseWriter) {
	for key, values := range a.header {
		w.Header()[key] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(a.body.Len()))
	w.WriteHeader(a.status)
}

func (a *answer) copyInto(w http.ResponseWriter) {
	a.writeHead(w)
	_, _ = w.Write(a.body.Bytes()) // a sender that left does not undo what was done
}

func (a *answer) truncateInto(w http.ResponseWriter) {
	a.writeHead(w)
	_, _ = w.Write(a.body.Bytes()[:a.body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
