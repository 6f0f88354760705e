package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// CallOption changes one call of a write.
type CallOption func(*call)

// IdempotencyKey is a text of the caller's own, in ASCII and unique to the request,
// in place of one made up for the call. Kept beside the order, it lets a service that
// was restarted in the middle of a refund ask for the same refund again: within
// 24 hours the server repeats its first answer.
func IdempotencyKey(key string) CallOption { return func(q *call) { q.key = key } }

// StoreHistory captures a payment and keeps its record. The same request again
// returns the same record.
func (c *Client) StoreHistory(ctx context.Context, in StoreHistory, options ...CallOption) (*History, error) {
	return write[History](ctx, c, call{
		name: "store history of " + in.Source.String(), method: http.MethodPost, path: "/payments/histories", in: in,
	}, options)
}

// History reads a payment by the id of its record.
func (c *Client) History(ctx context.Context, id, password string) (*History, error) {
	return ask[History](ctx, c, call{
		name: "read history " + id, method: http.MethodPatch, path: "/payments/histories/" + url.PathEscape(id),
		in: Password{password},
	})
}

// HistoryBySource reads a payment by the service's own key.
func (c *Client) HistoryBySource(ctx context.Context, source Source, password string) (*History, error) {
	return ask[History](ctx, c, call{
		name: "read history of " + source.String(), method: http.MethodPatch, path: "/payments/histories/get",
		in: SourcePassword{source, password},
	})
}

// CancelHistory refunds a payment, whole or in part. Two calls are two refunds,
// unless they have the same IdempotencyKey.
func (c *Client) CancelHistory(ctx context.Context, in CancelHistory, options ...CallOption) (*History, error) {
	return write[History](ctx, c, call{
		name: "cancel history of " + in.Source.String(), method: http.MethodPut, path: "/payments/histories/cancel", in: in,
	}, options)
}

// StoreReservation keeps the record of a billing key. The same request again
// returns the same record.
func (c *Client) StoreReservation(ctx context.Context, in StoreReservation,
	options ...CallOption) (*Reservation, error) {
	return write[Reservation](ctx, c, call{
		name: "store reservation of " + in.Source.String(), method: http.MethodPost, path: "/payments/reservations", in: in,
	}, options)
}

// Reservation reads a billing key by the id of its record.
func (c *Client) Reservation(ctx context.Context, id, password string) (*Reservation, error) {
	return ask[Reservation](ctx, c, call{
		name: "read reservation " + id, method: http.MethodPatch, path: "/payments/reservations/" + url.PathEscape(id),
		in: Password{password},
	})
}

// ReservationBySource reads a billing key by the service's own key.
func (c *Client) ReservationBySource(ctx context.Context, source Source, password string) (*Reservation, error) {
	return ask[Reservation](ctx, c, call{
		name: "read reservation of " + source.String(), method: http.MethodPatch, path: "/payments/reservations/get",
		in: SourcePassword{source, password},
	})
}

// Health returns nil if the server answers.
func (c *Client) Health(ctx context.Context) error {
	return c.do(ctx, call{name: "ask for health", method: http.MethodGet, path: "/monitors/health"})
}

// Performance tells what the worker that happens to answer has used.
func (c *Client) Performance(ctx context.Context) (*Performance, error) {
	return ask[Performance](ctx, c, call{
		name: "ask for performance", method: http.MethodGet, path: "/monitors/performance",
	})
}

// System tells what the worker that happens to answer is.
func (c *Client) System(ctx context.Context) (*System, error) {
	return ask[System](ctx, c, call{name: "ask for system", method: http.MethodGet, path: "/monitors/system"})
}

func write[T any](ctx context.Context, c *Client, q call, options []CallOption) (*T, error) {
	q.key = rand.Text()
	for _, option := range options {
		option(&q)
	}
	if strings.TrimSpace(q.key) == "" { // the server would take it for none, and carry out every attempt
		return nil, fmt.Errorf("%s: the idempotency key is empty: leave it out, or give one that is unique to the request",
			q.name)
	}
	return ask[T](ctx, c, q)
}

func ask[T any](ctx context.Context, c *Client, q call) (*T, error) {
	out := new(T)
	q.out = out
	if err := c.do(ctx, q); err != nil {
		return nil, err
	}
	return out, nil
}
