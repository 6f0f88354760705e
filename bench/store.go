package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/samchon/payments-server/bench/httpload"
	"github.com/samchon/payments-server/internal/payment"
)

// storers are the connections that store; more than cores, for a part of the work
// is waiting for the disk.
const storers = 8

// announceTimeout is far more than the fake takes to tell of the payments of a turn.
const announceTimeout = time.Minute

// stores compares storing a card payment with the least that it takes: a call to the
// PG, a hash and two commits.
func stores(ctx context.Context, s settings, r *report) (err error) {
	system, err := startSystem(ctx, s.payments, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, system.stop()) }()
	bare, err := system.bareStore(ctx)
	if err != nil {
		return err
	}
	return match{
		what: "store a history (card)", goal: 0.8, laps: 2,
		ours: contender{"POST /histories", system.storeLap}, peer: bare,
		note: fmt.Sprintf("The bare loop has %d goroutines in one process; each asks the same fake for the payment, computes one argon2id, and commits "+
			"a row of an intent and a row of a record of the same size. Ours has been told of each payment by its fake before.", storers),
	}.play(ctx, s, r)
}

// storeLap pays at the fake first: that is not what is measured.
func (s *system) storeLap(ctx context.Context, d time.Duration) (httpload.Lap, error) {
	// Argon2id alone allows fewer than this.
	bodies, err := s.paid(ctx, 100*runtime.NumCPU()*int(1+d.Seconds()))
	if err != nil {
		return httpload.Lap{}, err
	}
	load := httpload.Load{
		Address: s.api, Header: "Content-Type: text/plain\r\n", Connections: storers,
		Call: func(c *httpload.Client, _, _ int) error {
			select {
			case body := <-bodies:
				_, err := c.Do(http.MethodPost, "/histories", body)
				return err
			default:
				return errors.New("no paid order is left to store: the server is faster than argon2id allows?")
			}
		},
	}
	return load.Closed(ctx, d)
}

// paid are requests to store so many payments, of which the fake has told the server.
func (s *system) paid(ctx context.Context, n int) (bodies chan []byte, err error) {
	// What the last turn has left is of no use.
	if _, err := s.pool.Exec(ctx, `DELETE FROM payments.payment_early_webhooks`); err != nil {
		return nil, err
	}
	bodies = make(chan []byte, n)
	for range n {
		in, err := s.storing(ctx)
		if err != nil {
			return nil, err
		}
		body, err := s.sealed(in)
		if err != nil {
			return nil, err
		}
		bodies <- body
	}
	return bodies, s.announced(ctx, n)
}

// announced waits until the server has heard of n payments that nobody has stored.
func (s *system) announced(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, announceTimeout)
	defer cancel()
	for {
		var heard int
		if err := s.pool.QueryRow(ctx, `SELECT count(*) FROM payments.payment_early_webhooks`).Scan(&heard); err != nil || heard >= n {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the fake's webhooks: %w after %d of %d", ctx.Err(), heard, n)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// bareStore does the least in this process.
func (s *system) bareStore(ctx context.Context) (contender, error) {
	if _, err := s.pool.Exec(ctx, `
		CREATE TABLE bare_intents (id uuid PRIMARY KEY, data text NOT NULL);
		CREATE TABLE bare_records (id uuid PRIMARY KEY, data text NOT NULL)`); err != nil {
		return contender{}, err
	}
	order, err := s.storing(ctx)
	if err != nil {
		return contender{}, err
	}
	do := func(ctx context.Context) error {
		id := payment.NewID()
		if _, err := s.pool.Exec(ctx, `INSERT INTO bare_intents VALUES ($1, $2)`, id, order.Source.ID); err != nil {
			return err
		}
		paid, err := s.iamport.GetPayment(ctx, order.Vendor.UID)
		if err != nil {
			return err
		}
		data, err := json.Marshal(paid)
		if err != nil {
			return err
		}
		if err := hash(ctx); err != nil {
			return err
		}
		_, err = s.pool.Exec(ctx, `INSERT INTO bare_records VALUES ($1, $2)`, id, string(data))
		return err
	}
	return contender{"a PG call, a hash, two commits in a bare loop", func(ctx context.Context, d time.Duration) (httpload.Lap, error) {
		return httpload.Work(ctx, d, storers, do)
	}}, nil
}
