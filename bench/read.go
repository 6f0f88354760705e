package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/bench/httpload"
)

const (
	readers     = 16  // connections
	manyReaders = 64  // what four services have with pools of 16
	records     = 100 // that are read
	scripts     = 8   // of pgbench, a record each: it prepares all of them on each connection, in the time that counts
	password    = "a password of a record"
)

// reads compares reading records whose passwords are remembered with pgbench running
// the same query: what the database can do at most.
func reads(ctx context.Context, s settings, r *report) (err error) {
	system, err := startSystem(ctx, s.payments, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, system.stop()) }()
	ids, err := system.storeRecords(ctx, records)
	if err != nil {
		return err
	}
	query, err := queryOf("HistoriesByID")
	if err != nil {
		return err
	}
	var load httpload.Volley
	for _, connections := range []int{readers, manyReaders} {
		if load, err = system.reading(ids, connections); err != nil {
			return err
		}
		if err := system.readBesidePgbench(ctx, s, r, load, ids, query); err != nil {
			return err
		}
		if err := system.beside(ctx, s, r, load, query); err != nil {
			return err
		}
	}
	return openLoop(ctx, s, r, load)
}

// readBesidePgbench lets both read over as many connections.
func (s *system) readBesidePgbench(ctx context.Context, o settings, r *report, load httpload.Volley, ids []string, query string) error {
	if err := remember(ctx, load); err != nil {
		return err
	}
	peer, err := pgbench{database: s.database, dir: s.dir, query: query, ids: ids[:scripts], clients: load.Connections}.contender()
	if err != nil {
		return err
	}
	return match{
		what: fmt.Sprintf("read a history, %d connections", load.Connections), goal: 0.5,
		ours: contender{"PATCH /histories/{id}", load.Closed}, peer: peer,
		note: fmt.Sprintf("%d records, whose passwords are remembered. pgbench speaks to PostgreSQL over the same unix socket as the "+
			"workers do; ours adds HTTP, AES both ways, the password's HMAC, unsealing and JSON, and the load generator's side of all "+
			"that. Reads that come together go as one statement, which pgbench's do not.", records),
	}.play(ctx, o, r)
}

// beside says which part of pgbench's rate is left to any server, and which part of that is ours: pgbench speaks no
// HTTP.
func (s *system) beside(ctx context.Context, o settings, r *report, load httpload.Volley, query string) error {
	ours, pgbench := r.matches[len(r.matches)-1].ours, rates(r.matches[len(r.matches)-1].theirs).median
	if err := (match{
		what: fmt.Sprintf("the same, beside the least that HTTP takes, %d connections", load.Connections), ours: ours, peer: bareReads(s.pool, query, load),
		note: "The bare server runs the same query and sends the row as it is in the database: no encryption, no password, no JSON, no log.",
	}).play(ctx, o, r); err != nil {
		return err
	}
	bare := rates(r.matches[len(r.matches)-1].theirs).median
	r.add(fact{
		what:  fmt.Sprintf("reads by a bare net/http server over %d connections, as a part of pgbench's rate", load.Connections),
		found: fmt.Sprintf("%.2f (%.0f of %.0f/s)", bare/pgbench, bare, pgbench),
	})
	return nil
}

// openLoop says what a service sees whose requests come at half of the highest rate.
func openLoop(ctx context.Context, s settings, r *report, load httpload.Volley) error {
	most := rates(r.matches[len(r.matches)-1].mine).median
	lap, err := load.Open(ctx, time.Duration(s.rounds)*s.lap, most/2)
	if err != nil {
		return err
	}
	r.add(fact{
		what: fmt.Sprintf("latency of reads at half that rate (open loop, %.0f/s)", lap.PerSecond()),
		found: fmt.Sprintf("p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms", inMillis(lap.Percentile(50)),
			inMillis(lap.Percentile(99)), inMillis(lap.Percentile(99.9))),
	})
	return nil
}

func inMillis(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// storing asks to store a card payment that the fake PG has just captured.
func (s *system) storing(ctx context.Context) (api.StoreHistory, error) {
	order := uuid.NewString()
	paid, err := s.iamport.Onetime(ctx, iamport.OnetimeRequest{
		CardInput: iamport.CardInput{CardNumber: "1111-2222-3333-4444", Expiry: "2030-12", Birth: "880311"},
		Order:     iamport.Order{MerchantUID: order, Amount: money.New(19_900), Name: "책"},
	})
	return api.StoreHistory{
		Vendor: api.Vendor{Code: api.Iamport, StoreID: "bench", UID: paid.ImpUID},
		Source: api.Source{Schema: "bench", Table: "orders", ID: order},
		Price:  money.New(19_900), Password: password, WebhookURL: "http://127.0.0.1:9/",
	}, err
}

// storeRecords stores so many, and returns their ids.
func (s *system) storeRecords(ctx context.Context, n int) ([]string, error) {
	ids := make([]string, n)
	var all errgroup.Group
	all.SetLimit(8)
	for i := range ids {
		all.Go(func() error {
			in, err := s.storing(ctx)
			if err != nil {
				return err
			}
			history, err := s.client.StoreHistory(ctx, in)
			if err == nil {
				ids[i] = history.ID
			}
			return err
		})
	}
	return ids, all.Wait()
}

// reading reads the records by turns.
func (s *system) reading(ids []string, connections int) (httpload.Volley, error) {
	body, err := s.sealed(api.Password{Password: password})
	requests := make([][]byte, len(ids))
	for i, id := range ids {
		requests[i] = httpload.Prepare(http.MethodPatch, s.api, "/histories/"+id, "Content-Type: text/plain\r\n", body)
	}
	return httpload.Volley{
		Address: s.api, Connections: connections,
		Request: func(connection, n int) []byte { return requests[(connection*7+n)%len(requests)] },
	}, err
}

// remember reads until no worker has to compute a password any more: until a lap
// whose slowest answer took less than a hash takes.
func remember(ctx context.Context, load httpload.Volley) error {
	const hash, tries = 10 * time.Millisecond, 30
	load.Connections = 4 // fewer than cores can hash, or waiting looks like hashing
	for range tries {
		lap, err := load.Closed(ctx, time.Second)
		if err != nil {
			return err
		}
		if lap.Percentile(99.9) < hash {
			return nil
		}
	}
	fmt.Fprintln(os.Stderr, "bench: reads do not settle; the machine is busy")
	return nil
}
