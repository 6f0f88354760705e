// Package localdb runs a private PostgreSQL server in a folder of its own, from
// the PostgreSQL programs on this machine, so that nobody has to prepare a
// database to try or test payments-server. It is not for production: there is
// one superuser, no replication and no backup.
//
// A server outlives the process that started it and is adopted by the next one
// that asks for the same folder, until Stop. Only this account may come in: the
// unix socket lies in a folder closed to others, the TCP port is bound to
// loopback alone, and both ask for a random password kept in a file of mode
// 0600. In the folder:
//
//	data/    the cluster (PGDATA)
//	run/     the unix socket
//	pgpass   the password, in libpq's password file format
//	log      what the server says
//	lock     held while a process starts or stops the server
package localdb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/samchon/payments-server/internal/filelock"
)

// startTimeout bounds Ensure, including the recovery after a crash.
const startTimeout = 2 * time.Minute

// superuser is the role that initdb creates and that everybody connects as.
const superuser = "payments"

// pollInterval is the pause between two looks at a server.
const pollInterval = 20 * time.Millisecond

// Options say which server is wanted.
type Options struct {
	// Dir holds everything of the server. It is created when missing. When
	// root asks, Dir is given to the account that runs PostgreSQL.
	Dir string
	// Throwaway trades durability for speed: a crash of the machine may
	// destroy the data. For tests.
	Throwaway bool
}

// Server is a running private PostgreSQL.
type Server struct {
	dir       string
	socketDir string
	port      int
}

// Ensure returns the server of o.Dir: it makes the cluster the first time, starts
// it when it is down and adopts it when it is up. Callers in any number of
// processes may race. Errors wrap ErrNoPrograms when PostgreSQL is not installed;
// Install can remedy that.
func Ensure(ctx context.Context, o Options) (*Server, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("private PostgreSQL in %s: %w", o.Dir, err)
	}
	s, err := ensure(ctx, dir, o.Throwaway)
	if err != nil {
		return nil, fmt.Errorf("private PostgreSQL in %s: %w", dir, err)
	}
	return s, nil
}

func ensure(ctx context.Context, dir string, throwaway bool) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	c, err := openCluster(dir, throwaway)
	if err != nil {
		return nil, err
	}
	defer c.close()
	unlock, err := filelock.Lock(ctx, filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()

	for {
		p, err := c.running(ctx)
		if err != nil {
			return nil, err
		}
		s := &Server{dir: dir, socketDir: p.socketDir, port: p.port}
		err = s.ping(ctx)
		if err == nil {
			return s, nil
		}
		// Anything else passes: it recovers, or it died between the two looks.
		if refused := new(pgconn.PgError); errors.As(err, &refused) && refused.Code != cannotConnectNow {
			return nil, err
		}
		if !pause(ctx) {
			return nil, fmt.Errorf("no answer: %w", err)
		}
	}
}

// cannotConnectNow is what a server says while it recovers after a crash:
// https://www.postgresql.org/docs/current/errcodes-appendix.html, class 57.
const cannotConnectNow = "57P03"

func (s *Server) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// URL is the connection string of a database of this server. It names the unix
// socket, and the password by its file, so it is no secret itself, and it stays
// the same across restarts as long as nobody takes the port meanwhile. A space is
// written %20: libpq and pgx take a plus sign for a plus sign.
func (s *Server) URL(database string) string {
	return "postgres://" + superuser + "@/" + url.PathEscape(database) +
		"?host=" + url.PathEscape(s.socketDir) +
		"&passfile=" + url.PathEscape(passFile(s.dir)) +
		"&port=" + strconv.Itoa(s.port)
}

// Address is the loopback address of the server, for programs that cannot use a
// unix socket.
func (s *Server) Address() string { return "127.0.0.1:" + strconv.Itoa(s.port) }

// duplicateDatabase is the answer to CREATE DATABASE for a name that is taken.
const duplicateDatabase = "42P04"

// CreateDatabase makes an empty database unless it exists.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))

	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	if taken := new(pgconn.PgError); errors.As(err, &taken) && taken.Code == duplicateDatabase {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// Stop stops the server and returns when its process is gone.
func (s *Server) Stop(ctx context.Context) error { return Stop(ctx, s.dir) }

// Stop stops the server of dir, whoever started it, and returns when its process
// is gone. It does nothing where none runs.
func Stop(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("stop private PostgreSQL in %s: %w", dir, err)
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := stop(ctx, dir); err != nil {
		return fmt.Errorf("stop private PostgreSQL in %s: %w", dir, err)
	}
	return nil
}

func stop(ctx context.Context, dir string) error {
	unlock, err := filelock.Lock(ctx, filepath.Join(dir, "lock"))
	if err != nil {
		return err
	}
	defer unlock()

	p, up := findPostmaster(dir)
	if !up {
		return nil
	}
	if err := p.stop(ctx); err != nil {
		return err
	}
	return removeShortSocketDir(dir, p.socketDir)
}

// pause waits for one pollInterval; it reports false when ctx ended.
func pause(ctx context.Context) bool {
	t := time.NewTimer(pollInterval)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
