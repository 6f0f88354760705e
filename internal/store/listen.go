package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// listenCheck is how long a connection may be silent before it is asked whether it
// still leads somewhere.
const listenCheck = 30 * time.Second

// Listen is part of webhook.Outbox. The connection is its own: one that waits has none
// to spare for others.
func (s *Store) Listen(ctx context.Context, heard func()) error {
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("listen for webhooks: %w", translate(err))
	}
	conn := pooled.Hijack()
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		_ = conn.Close(ctx) // there is nothing on it to lose
	}()
	within := func(d time.Duration, do func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		return do(ctx)
	}
	err = within(patience, func(ctx context.Context) error {
		_, err := conn.Exec(ctx, `LISTEN payments_webhooks`)
		return err
	})
	for err == nil {
		heard()
		err = within(listenCheck, func(ctx context.Context) error {
			_, err := conn.WaitForNotification(ctx)
			return err
		})
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = within(patience, conn.Ping)
		}
	}
	return fmt.Errorf("listen for webhooks: %w", translate(err))
}
