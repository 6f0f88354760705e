package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogBuffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		lines := newLogBuffer(&out)
		defer lines.timer.Stop()
		log := slog.New(promptHandler{slog.NewTextHandler(lines, nil), lines}).With("worker", 1).WithGroup("g")
		holds := func(when string, messages ...string) {
			t.Helper()
			synctest.Wait()
			if got := strings.Count(out.String(), "\n"); got != len(messages) {
				t.Errorf("%s: %d lines, want %d", when, got, len(messages))
			}
			for _, m := range messages {
				if !strings.Contains(out.String(), "msg="+m+" worker=1") {
					t.Errorf("%s: no %.10s", when, m)
				}
			}
			out.Reset()
		}
		log.Info("first")
		log.Info("second")
		holds("at once")
		time.Sleep(logPause)
		holds("after the pause", "first", "second")
		log.Info("third")
		log.Warn("trouble")
		holds("with a warning", "third", "trouble")
		log.Info("fourth")
		log.Info("long", "text", strings.Repeat("x", logRoom))
		holds("when there is no room", "fourth")
		log.Info("last")
		lines.flush()
		holds("at the end", "long", "last")
	})
}
