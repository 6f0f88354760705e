package release_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"sync"
	"testing"

	"github.com/samchon/payments-server/updater/release"
)

func TestPrepare_LeavesTheMachineAsItWasWhenTheNetworkIsCut(t *testing.T) {
	t.Parallel()
	for name, share := range map[string]float64{"AtOnce": 0, "Early": 0.01, "HalfWay": 0.5, "Late": 0.9} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			whole := w.commitOverTheNetwork(t)
			line := &wire{limit: int64(share * float64(whole))}
			w.Remote = line.serveGit(t, w.remote)
			w.refuses(t, release.Target{Branch: "master"}, "fetch: git fetch")
			line.mend()
			w.mustPrepare(t, release.Target{Branch: "master"})
		})
	}

	t.Run("AndNobodyIsTold", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		line := &wire{limit: w.commitOverTheNetwork(t) / 2, silent: make(chan struct{})}
		w.Remote = line.serveGit(t, w.remote)
		before := w.listing(t)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-line.silent; cancel() }() // as the updater does when the rollout is aborted
		if _, err := w.prepare(ctx, t, release.Target{Branch: "master"}, silent); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled it says %v", err)
		}
		if after := w.listing(t); after != before {
			t.Errorf("it left\n%s\nbefore it was\n%s", after, before)
		}
	})
}

// commitOverTheNetwork commits something that is large to fetch, and tells how many bytes that takes.
func (w *workshop) commitOverTheNetwork(t *testing.T) int64 {
	t.Helper()
	noise := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise) // it never fails
	w.commit(t, map[string]string{"noise": string(noise)})
	return int64(len(noise))
}

// wire is a network on which a remote answers so many bytes and no more.
type wire struct {
	limit  int64
	silent chan struct{} // closed when the limit is reached; without one the connection is cut

	mu     sync.Mutex
	mended bool
}

func (l *wire) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mended = true
}

func (l *wire) isMended() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mended
}

// serveGit serves a repository on the wire until the test ends.
func (l *wire) serveGit(t *testing.T, repository string) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	t.Cleanup(func() { cancel(); ln.Close(); served.Wait() })
	served.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return // closed
			}
			served.Go(func() { l.converse(ctx, c, repository) })
		}
	})
	return "git://" + ln.Addr().String() + repository
}

// converse lets a git of its own answer one client. What fails with a connection that is cut is not looked at.
func (l *wire) converse(ctx context.Context, c net.Conn, repository string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	defer c.Close()
	git := exec.CommandContext(ctx, "git", "daemon", "--inetd", "--export-all", repository)
	git.Stdin = c
	answer, err := git.StdoutPipe()
	if err != nil || git.Start() != nil {
		return
	}
	if l.isMended() {
		_, _ = io.Copy(c, answer)
	} else if _, _ = io.CopyN(c, answer, l.limit); l.silent != nil {
		close(l.silent)
		<-ctx.Done()
	}
	cancel()
	_ = git.Wait()
}
