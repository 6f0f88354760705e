package control

import (
	"context"
	"io"
	"net/http"
	"time"
)

const (
	// watchPause keeps a busy fake from drowning its watchers.
	watchPause = 200 * time.Millisecond
	// watchBeat comes when nothing does: an account that closes in time tells
	// nobody, and a watcher that left is noticed.
	watchBeat = 5 * time.Second
)

// watch sends a server-sent event whenever there is something new to look at.
func (h handler) watch(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	controller := http.NewResponseController(w)
	for {
		ledger, webhooks := h.Ledger.Changed(), h.Courier.Changed()
		if _, err := io.WriteString(w, "data: look\n\n"); err != nil || controller.Flush() != nil {
			return
		}
		if !pause(r.Context(), watchPause) || !changed(r.Context(), ledger, webhooks) {
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// changed waits for a change or a beat, and reports whether ctx still goes on.
func changed(ctx context.Context, ledger, webhooks <-chan struct{}) bool {
	beat := time.NewTimer(watchBeat)
	defer beat.Stop()
	select {
	case <-ledger:
	case <-webhooks:
	case <-beat.C:
	case <-ctx.Done():
		return false
	}
	return true
}
