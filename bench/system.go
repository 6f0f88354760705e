package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/localdb"
)

// system is a whole payments server in local mode: supervisor, workers, fakes and a
// PostgreSQL with its own settings, fsync among them, in processes of their own.
type system struct {
	dir      string
	api      string // address
	admin    string
	config   *config.Config // with the keys
	codec    *wire.Codec
	client   *api.Client
	iamport  *iamport.Client
	postgres *localdb.Server
	database string // its URL
	pool     *pgxpool.Pool
	process  *exec.Cmd
	log      *os.File
}

const (
	databaseName = "bench"
	startTimeout = time.Minute
	stopTimeout  = time.Minute
)

// startSystem starts one; extra lines go to its configuration file.
func startSystem(ctx context.Context, program, extra string) (_ *system, err error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	s := &system{dir: dir, config: config.NewLocal()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as somebody else
		return nil, err
	}
	if err := s.startDatabase(ctx); err != nil {
		return nil, err
	}
	if err := s.start(ctx, program, extra); err != nil {
		return nil, err
	}
	s.pool, err = pgxpool.New(ctx, s.database)
	return s, err
}

func (s *system) startDatabase(ctx context.Context) (err error) {
	if s.postgres, err = localdb.Ensure(ctx, localdb.Options{Dir: filepath.Join(s.dir, "postgres")}); err != nil {
		return err
	}
	s.database = s.postgres.URL(databaseName)
	return s.postgres.CreateDatabase(ctx, databaseName)
}

func (s *system) start(ctx context.Context, program, extra string) error {
	ports, err := freePorts(5)
	if err != nil {
		return err
	}
	s.api, s.admin = loopback(ports[0]), loopback(ports[1])
	file := filepath.Join(s.dir, "payments.yaml")
	if err := os.WriteFile(file, []byte(extra), 0o600); err != nil {
		return err
	}
	if s.log, err = os.Create(filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	s.process = exec.Command(program, "--config", file, "start")
	s.process.Stdout, s.process.Stderr = s.log, s.log
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us; we stop it
	s.process.Env = append(os.Environ(), "MODE=local", "DATABASE_URL="+s.database, "PAYMENTS_HOME="+filepath.Join(s.dir, "home"))
	for i, name := range []string{"API_PORT", "ADMIN_PORT", "UPDATER_PORT", "FAKE_IAMPORT_PORT", "FAKE_TOSS_PORT"} {
		s.process.Env = append(s.process.Env, name+"="+strconv.Itoa(ports[i]))
	}
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("%w; build it first: make build", err)
	}
	return errors.Join(s.connect(loopback(ports[3])), s.await(ctx))
}

// connect makes the clients.
func (s *system) connect(fakeIamport string) (err error) {
	key, iv := string(s.config.API.EncryptionKey), string(s.config.API.EncryptionIV)
	if s.codec, err = wire.NewCodec(key, iv); err != nil {
		return err
	}
	s.client, err = api.New(api.Options{BaseURL: "http://" + s.api, EncryptionKey: key, EncryptionIV: iv})
	account := s.config.Vendors.Iamport.Stores[config.DefaultStore]
	s.iamport = iamport.New(iamport.Options{
		BaseURL: "http://" + fakeIamport, Key: string(account.Key), Secret: string(account.Secret),
	})
	return err
}

// await waits until it serves.
func (s *system) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		answer, err := http.Get("http://" + s.admin + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(s.log.Name())
			return fmt.Errorf("the server did not get ready: %w; it said:\n%s", ctx.Err(), said)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop stops all of it and removes what it wrote.
func (s *system) stop() error {
	var errs []error
	if s.pool != nil {
		s.pool.Close()
	}
	if s.process != nil && s.process.Process != nil {
		errs = append(errs, s.process.Process.Signal(syscall.SIGTERM), s.process.Wait(), s.log.Close())
	}
	if s.postgres != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		errs = append(errs, s.postgres.Stop(ctx))
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}

// sealed is a request body.
func (s *system) sealed(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.codec.Seal(nil, plain), nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// freePorts are free when it returns.
func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", loopback(0))
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
