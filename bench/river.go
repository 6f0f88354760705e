package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/samchon/payments-server/bench/httpload"
	"github.com/samchon/payments-server/internal/queue"
)

// nothing is a job that does nothing, in a queue that the server's workers leave alone.
type nothing struct{}

const idleQueue = "nothing"

func (nothing) Kind() string                 { return "nothing" }
func (nothing) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: idleQueue} }

// queueAlone is River as it delivered the webhooks before they had a queue of their own, without webhooks: what any job
// costs that is committed beside a record and carried out once. It runs in this process.
func queueAlone(pool *pgxpool.Pool) contender {
	return contender{"River alone, jobs that do nothing", func(ctx context.Context, turn time.Duration) (lap httpload.Lap, err error) {
		n := int(turn.Seconds() * perSecond)
		var done atomic.Int64
		all := make(chan struct{})
		workers := river.NewWorkers()
		river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[nothing]) error {
			if done.Add(1) == int64(n) {
				close(all)
			}
			return nil
		}))
		client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
			Schema: queue.Schema, Workers: workers, FetchCooldown: queue.FetchCooldown,
			Queues: map[string]river.QueueConfig{idleQueue: {
				MaxWorkers: 256, FetchCooldown: 5 * time.Millisecond, FetchPollInterval: 250 * time.Millisecond,
			}},
		})
		if err != nil {
			return lap, err
		}
		if err := insertNothing(ctx, client, n); err != nil {
			return lap, err
		}
		began := time.Now()
		if err := client.Start(ctx); err != nil {
			return lap, err
		}
		select {
		case <-all:
		case <-ctx.Done():
			return lap, ctx.Err()
		}
		err = client.Stop(ctx) // it returns when the last jobs are written down as done
		return httpload.Lap{Calls: n, Took: time.Since(began)}, err
	}}
}

func insertNothing(ctx context.Context, client *river.Client[pgx.Tx], n int) (err error) {
	for part := range slices.Chunk(slices.Repeat([]river.InsertManyParams{{Args: nothing{}}}, n), 5_000) {
		_, more := client.InsertManyFast(ctx, part)
		err = errors.Join(err, more)
	}
	return err
}
