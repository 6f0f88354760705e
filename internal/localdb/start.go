package localdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// passing are complaints that go away by themselves or by another attempt: the
// port was taken since we chose it; processes of a killed server are still
// leaving.
var passing = []string{
	"could not bind",
	"could not create any TCP/IP sockets",
	"is still in use",
	"already exists",
}

// running returns the server, which it makes and starts where needed.
func (c cluster) running(ctx context.Context) (postmaster, error) {
	if p, up := findPostmaster(c.dir); up {
		return p, nil
	}
	if err := c.initialise(ctx); err != nil {
		return postmaster{}, err
	}
	return c.start(ctx)
}

// start starts the server and returns when it accepts connections.
func (c cluster) start(ctx context.Context) (postmaster, error) {
	programs, err := findPrograms(ctx, c.data())
	if err != nil {
		return postmaster{}, err
	}
	for {
		err := c.startOnce(ctx, programs)
		if err == nil {
			return readPostmaster(c.dir)
		}
		if !mayPass(err) || !pause(ctx) {
			return postmaster{}, fmt.Errorf("start: %w", err)
		}
	}
}

func mayPass(err error) bool {
	for _, complaint := range passing {
		if strings.Contains(err.Error(), complaint) {
			return true
		}
	}
	return false
}

func (c cluster) startOnce(ctx context.Context, programs programs) error {
	if err := forgetZombie(c.dir); err != nil {
		return err
	}
	port, err := c.choosePort()
	if err != nil {
		return err
	}
	socketDir, err := c.chooseSocketDir()
	if err != nil {
		return err
	}
	if err := c.writeSettings(port, c.asNamed(socketDir)); err != nil {
		return err
	}
	said, err := c.pgCtlStart(ctx, programs)
	if err != nil {
		return errors.Join(fmt.Errorf("%w: %s", err, said), removeShortSocketDir(c.dir, socketDir))
	}
	return nil
}

// pgCtlStart runs pg_ctl start and returns the complaint the server left in its
// log. The log is a file and no pipe of ours: the server inherits it, and reading
// to the end of a pipe would take as long as the server lives.
func (c cluster) pgCtlStart(ctx context.Context, programs programs) (complaint string, err error) {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return "", err
	}
	defer log.Close()
	earlier, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	// A pg_ctl that is interrupted leaves a server behind that starts nevertheless.
	cmd := c.command(context.WithoutCancel(ctx), filepath.Join(programs.dir, "pg_ctl"), "start", "--silent", "--wait",
		"--timeout="+fmt.Sprint(int(startTimeout.Seconds())), "--pgdata="+dataDir(c.name))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return complaintIn(log, earlier), fmt.Errorf("pg_ctl: %w", err)
	}
	return "", nil
}

// complaintIn is the line that says why the server did not start, in a log from
// an offset on.
func complaintIn(log io.ReaderAt, from int64) string {
	// The exit status is reported anyway, so an unreadable log is an empty one.
	said, _ := io.ReadAll(io.NewSectionReader(log, from, 1<<20))
	for line := range strings.Lines(string(said)) {
		if _, complaint, found := strings.Cut(line, "FATAL:"); found {
			return strings.TrimSpace(complaint)
		}
	}
	first, _, _ := strings.Cut(string(said), "\n")
	return first
}
