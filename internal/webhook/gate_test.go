package webhook

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestGate(t *testing.T) {
	t.Parallel()
	fail := func(t *testing.T, g *gate, host string, times int) {
		t.Helper()
		for range times {
			mustEnter(t, g, host)(away)
		}
	}
	for name, test := range map[string]func(*testing.T, *gate){
		"PutsOffAHostThatIsAway": func(t *testing.T, g *gate) {
			fail(t, g, "a", hostFailures)
			mustWait(t, g, "a", hostAway)
			time.Sleep(hostAway - time.Second)
			mustWait(t, g, "a", time.Second)
			mustEnter(t, g, "b")(present)
		},
		"ProbesWithOneDelivery": func(t *testing.T, g *gate) {
			fail(t, g, "a", hostFailures)
			time.Sleep(hostAway)
			leave := mustEnter(t, g, "a")
			mustWait(t, g, "a", hostBusy)
			leave(away)
			mustWait(t, g, "a", hostAway)
		},
		"OpensWhenTheProbeIsAnswered": func(t *testing.T, g *gate) {
			fail(t, g, "a", hostFailures)
			time.Sleep(hostAway)
			mustEnter(t, g, "a")(present)
			first, second := mustEnter(t, g, "a"), mustEnter(t, g, "a")
			first(present)
			second(present)
		},
		"CountsFailuresInARowOnly": func(t *testing.T, g *gate) {
			fail(t, g, "a", hostFailures-1)
			mustEnter(t, g, "a")(present)
			fail(t, g, "a", hostFailures-1)
			mustEnter(t, g, "a")(noVerdict)
		},
		"LearnsNothingFromOurOwnHangUp": func(t *testing.T, g *gate) {
			fail(t, g, "a", hostFailures-1)
			mustEnter(t, g, "a")(noVerdict)
			fail(t, g, "a", 1)
			mustWait(t, g, "a", hostAway)
		},
		"GivesAHostItsShareAndNoMore": func(t *testing.T, g *gate) {
			var leaves []func(verdict)
			for range hostShare {
				leaves = append(leaves, mustEnter(t, g, "a"))
			}
			mustWait(t, g, "a", hostBusy)
			mustEnter(t, g, "b")(present)
			leaves[0](present)
			mustEnter(t, g, "a")(present)
		},
		"LetsADeliveryWaitForAHostThatIsQuick": func(t *testing.T, g *gate) {
			leaves := fill(t, g, "a", 10*time.Millisecond)
			entered := make(chan func(verdict))
			go func() { entered <- mustEnter(t, g, "a") }()
			synctest.Wait()
			leaves[0](present)
			(<-entered)(present)
		},
		"LetsNobodyWaitForever": func(t *testing.T, g *gate) {
			fill(t, g, "a", 10*time.Millisecond)
			began := time.Now()
			mustWait(t, g, "a", hostBusy)
			if waited := time.Since(began); waited != hostPatience {
				t.Errorf("it waited %s", waited)
			}
		},
		"HasABacklogComeBackBitByBit": func(t *testing.T, g *gate) {
			fail(t, g, "a", hostFailures)
			const backlog = 20_000
			soon, longest := 0, time.Duration(0)
			for range backlog {
				_, wait := g.enter(t.Context(), "a")
				if longest = max(longest, wait); wait <= hostAway {
					soon++
				}
			}
			if want := int(hostAway / hostStep); soon != want || longest != backlog*hostStep {
				t.Errorf("%d come back with the probe, want %d, and the last after %s", soon, want, longest)
			}
			for range 5 * backlog {
				_, wait := g.enter(t.Context(), "a")
				longest = max(longest, wait)
			}
			if longest != hostLongest {
				t.Errorf("the last comes back after %s", longest)
			}
			time.Sleep(hostAway)
			mustEnter(t, g, "a")(present) // the probe: nobody stands in line from now on
			fill(t, g, "a", time.Second)
			mustWait(t, g, "a", hostBusy)
		},
		"HasABacklogComeBackTwiceAsFastAsABusyHostHasPlaces": func(t *testing.T, g *gate) {
			fill(t, g, "a", 15*time.Second)
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // nobody waits here
			const backlog = 1000
			var last time.Duration
			for range backlog {
				_, last = g.enter(ctx, "a")
			}
			if took := 15 * time.Second / hostShare / 2 * backlog; last < took*8/10 || last > took {
				t.Errorf("the last comes back after %s, want %s", last, took)
			}
		},
		"LetsFewWaitForAHostThatIsSlow": func(t *testing.T, g *gate) {
			fill(t, g, "a", 15*time.Second)
			for range 20 {
				go g.enter(t.Context(), "a")
			}
			synctest.Wait()
			began := time.Now()
			_, wait := g.enter(t.Context(), "a")
			if waited := time.Since(began); waited != 0 || wait < hostBusy {
				t.Errorf("it waited %s, and is put off for %s", waited, wait)
			}
			time.Sleep(hostPatience) // the others leave
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, newGate()) }) // the sleeps take no time
		})
	}
}

func mustEnter(t *testing.T, g *gate, host string) (leave func(verdict)) {
	t.Helper()
	leaveAfter, wait := g.enter(t.Context(), host)
	if wait > 0 {
		t.Fatalf("host %s is put off for %s", host, wait)
	}
	return func(v verdict) { leaveAfter(v, 0) }
}

func mustWait(t *testing.T, g *gate, host string, want time.Duration) {
	t.Helper()
	if _, wait := g.enter(t.Context(), host); wait != want {
		t.Fatalf("host %s is put off for %s, want %s", host, wait, want)
	}
}

// fill takes all places of a host whose answers have taken so long.
func fill(t *testing.T, g *gate, host string, took time.Duration) (leaves []func(verdict)) {
	t.Helper()
	for range 20 { // until the average has got there
		leave, _ := g.enter(t.Context(), host)
		leave(present, took)
	}
	for range hostShare {
		leaves = append(leaves, mustEnter(t, g, host))
	}
	return leaves
}
