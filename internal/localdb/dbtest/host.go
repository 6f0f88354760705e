package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/internal/localdb"
)

// hostArgument makes a test binary a host instead of running its tests.
const hostArgument = "payments-dbtest-host"

const (
	// watchInterval is the pause between two looks at whether anybody is left.
	watchInterval = 50 * time.Millisecond
	// introductionTimeout bounds the wait for the first words of who connects.
	introductionTimeout = 10 * time.Second
)

// What the host answers: one of these words, a space, and the server's URL or
// what went wrong.
const (
	answerURL     = "url"
	answerMissing = "missing"
	answerFailed  = "failed"
)

// A test binary has no main of ours, so the host branches off before its tests
// begin. That go test deletes the binary afterwards does not disturb it.
func init() {
	if len(os.Args) != 3 || os.Args[1] != hostArgument {
		return
	}
	if err := runHost(context.Background(), os.Args[2]); err != nil {
		os.Exit(1) // nobody reads what we say; the tests tell when they give up
	}
	os.Exit(0)
}

func hostSocket(dir string) string  { return filepath.Join(dir, "host.sock") }
func databaseDir(dir string) string { return filepath.Join(dir, "postgres") }

// runHost keeps a server in dir until nobody needs it any more. It fails at once
// where another host does so.
func runHost(ctx context.Context, dir string) error {
	unlock, err := claim(dir)
	if err != nil {
		return err
	}
	defer unlock()

	_ = os.Remove(hostSocket(dir)) // of a host that was killed
	ln, err := net.Listen("unix", hostSocket(dir))
	if err != nil {
		return err
	}
	receive(ctx, ln, dir)
	return errors.Join(localdb.Stop(ctx, databaseDir(dir)), os.RemoveAll(dir))
}

// claim locks dir for the life of this process, unless somebody else holds it, or
// a host that ended removed it since we opened it.
func claim(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := lockInPlace(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("claim %s: %w", dir, err)
	}
	return func() { _ = f.Close() }, nil
}

func lockInPlace(f *os.File) error {
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return err
	}
	opened, err := f.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(f.Name())
	if err != nil {
		return err
	}
	if !os.SameFile(opened, named) {
		return os.ErrNotExist
	}
	return nil
}

// receive answers who comes, and returns when all have left and no more can come.
func receive(ctx context.Context, ln net.Listener, dir string) {
	g := newGuests(time.Now())
	g.handlers.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // closed below
			}
			g.handlers.Go(func() { g.serve(ctx, conn, dir) })
		}
	})
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for now := range ticker.C {
		if g.leaveEmpty(now) {
			break
		}
	}
	_ = ln.Close()
	g.handlers.Wait()
}

// serve answers one test process and waits for its end.
func (g *guests) serve(ctx context.Context, conn net.Conn, dir string) {
	defer conn.Close()
	var goCommand int32
	_ = conn.SetReadDeadline(time.Now().Add(introductionTimeout)) // fails on a closed connection, as what follows
	if _, err := fmt.Fscanln(conn, &goCommand); err != nil || !g.enter(goCommand) {
		return // it meets the end of the connection and looks for another host
	}
	defer g.leave()
	_ = conn.SetReadDeadline(time.Time{})
	if _, err := fmt.Fprintln(conn, answer(ctx, dir)); err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, conn) // nothing comes but the end
}

// answer makes sure that the server runs and says where.
func answer(ctx context.Context, dir string) string {
	server, err := localdb.Ensure(ctx, localdb.Options{Dir: databaseDir(dir), Throwaway: true})
	if err == nil {
		return answerURL + " " + server.URL("postgres")
	}
	text := strings.Join(strings.Fields(err.Error()), " ") // in one line
	if errors.Is(err, localdb.ErrNoPrograms) {
		return answerMissing + " " + text
	}
	return answerFailed + " " + text
}
