package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/worker"
)

// requestStack compares our whole handler, without its database and without a
// network, with the least that reads and writes the same bytes.
func requestStack(ctx context.Context, s settings, r *report) error {
	local := config.NewLocal().API
	codec, err := wire.NewCodec(string(local.EncryptionKey), string(local.EncryptionIV))
	if err != nil {
		return err
	}
	record := &payment.History{
		ID: uuid.New(), Vendor: payment.Vendor{Code: payment.Iamport, StoreID: "bench", UID: "imp_1"},
		Source:   payment.Source{Schema: "bench", Table: "orders", ID: uuid.NewString()},
		Currency: "KRW", Price: money.New(19_900), WebhookURL: "http://127.0.0.1:9/", CreatedAt: time.Now(),
		Data: fmt.Appendf(nil, `{"imp_uid":"imp_1","padding":%q}`, bytes.Repeat([]byte("x"), 1500)),
	}
	ours := worker.NewHandler(worker.Options{
		Payments: payment.New(payment.Config{
			Store: memory{record: record}, Passwords: anyPassword{}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		}),
		Codec: codec, Log: slog.New(slog.DiscardHandler),
	})
	request := patch{path: "/histories/" + record.ID.String(), body: codec.Seal(nil, []byte(`{"password":"a password"}`))}
	peer, err := bareHandler(codec, ours, request)
	if err != nil {
		return err
	}
	return match{
		what: "a request through huma, chi and the codec", goal: 1 / 1.5,
		ours: inProcess("the worker's handler", request.to(ours)),
		peer: inProcess("a bare chi handler with encoding/json and the same AES", request.to(peer)),
		note: "The goal is 1.5 times the time of the bare handler at most. Ours also validates, makes problems, logs, and tells a password's owner.",
	}.play(ctx, s, r)
}

// bareHandler answers what ours answers to the request.
func bareHandler(codec *wire.Codec, ours http.Handler, request patch) (http.Handler, error) {
	var answer answer
	ours.ServeHTTP(&answer, request.new())
	plain, err := codec.Open(nil, answer.body)
	if err != nil {
		return nil, fmt.Errorf("our handler answered %d %s", answer.status, answer.body)
	}
	var history api.History
	if err := json.Unmarshal(plain, &history); err != nil {
		return nil, err
	}
	routes := chi.NewRouter()
	routes.Patch("/histories/{id}", func(w http.ResponseWriter, r *http.Request) {
		plain, err := bareRequest(codec, r)
		if err == nil {
			var in api.Password
			_, idErr := uuid.Parse(chi.URLParam(r, "id"))
			err = errors.Join(idErr, json.Unmarshal(plain, &in))
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		out, err := json.Marshal(history)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(codec.Seal(nil, out))
	})
	return routes, nil
}

func bareRequest(codec *wire.Codec, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return codec.Open(nil, body)
}

// patch is a sealed request.
type patch struct {
	path string
	body []byte
}

func (p patch) new() *http.Request {
	request, err := http.NewRequest(http.MethodPatch, p.path, bytes.NewReader(p.body))
	if err != nil {
		panic(err) // the path is ours
	}
	request.Header.Set("Content-Type", "text/plain")
	return request
}

func (p patch) to(h http.Handler) func() {
	return func() {
		var a answer
		h.ServeHTTP(&a, p.new())
		if a.status != http.StatusOK {
			panic(fmt.Sprintf("bench: %s answered %d %s", p.path, a.status, a.body))
		}
	}
}

// answer is an http.ResponseWriter without a network behind it.
type answer struct {
	header http.Header
	status int
	body   []byte
}

func (a *answer) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

func (a *answer) WriteHeader(status int) { a.status = status }

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.body = append(a.body, b...)
	return len(b), nil
}

// memory is a store with one record.
type memory struct {
	payment.Store
	record *payment.History
}

func (m memory) History(context.Context, uuid.UUID) (*payment.History, error) { return m.record, nil }

// anyPassword is right.
type anyPassword struct{}

func (anyPassword) Hash(context.Context, string) (string, error)            { return "", nil }
func (anyPassword) Verify(context.Context, uuid.UUID, string, string) error { return nil }
func (anyPassword) VerifyNothing(context.Context, string) error             { return nil }
func (anyPassword) Remember(uuid.UUID, string, string)                      {}
func (anyPassword) Outdated(string) bool                                    { return false }
