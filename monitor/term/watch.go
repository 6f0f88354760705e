package term

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/samchon/payments-server/monitor/live"
)

// Update is a sample, or why there is none.
type Update struct {
	Sample live.Sample
	Err    error
}

// Watch shows what follow tells until ctx ends, or follow does.
func Watch(ctx context.Context, terminal *os.File, follow func(ctx context.Context, tell func(Update))) error {
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	defer signal.Stop(resized)
	s, err := take(terminal)
	if err != nil {
		return err
	}
	defer s.giveBack()

	ctx, cancel := context.WithCancel(ctx)
	var following sync.WaitGroup
	defer following.Wait()
	defer cancel()
	updates, crashed := make(chan Update), make(chan any, 1)
	following.Go(func() {
		defer func() { crashed <- recover() }() // a panic there would leave the terminal as it is
		follow(ctx, func(u Update) {
			select {
			case updates <- u:
			case <-ctx.Done():
			}
		})
	})
	v := newView()
	for {
		select {
		case u := <-updates:
			v.take(u)
		case p := <-crashed:
			if p != nil {
				panic(p)
			}
			return nil
		case <-resized:
		case <-ctx.Done():
			return nil
		}
		if err := s.draw(v.lines(s.size())); err != nil {
			return err // the terminal is gone
		}
	}
}
