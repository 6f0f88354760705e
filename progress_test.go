package main

import (
	"bytes"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	t.Parallel()

	t.Run("IsALineNowAndThenInALog", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		p := newProgress(&out)
		p.show("at once")
		p.shown = time.Now().Add(-loggedEvery)
		p.show("later")
		p.show("and at once again")
		p.end()
		if got := out.String(); got != "later\n" {
			t.Errorf("wrote %q", got)
		}
	})

	t.Run("IsOneLineThatChangesOnATerminal", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		p := &progress{out: &out, terminal: true}
		p.show("half")
		p.end()
		if got, want := out.String(), eraseLine+"half"+eraseLine; got != want {
			t.Errorf("wrote %q, want %q", got, want)
		}
	})

	for want, c := range map[string]struct {
		count int
		done  float64
	}{
		"50/s":           {500, 0},
		"50/s, 30s left": {500, 0.25},
		"20/s":           {200, 1},
	} {
		if got := pace(c.count, c.done, 10*time.Second); got != want {
			t.Errorf("pace of %+v in 10 s is %q, want %q", c, got, want)
		}
	}
}
