package supervisor_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/supervisor/handover"
)

// The test binary plays every part: a supervisor starts it again as its workers, and tableflip as its successor.
const (
	roleVariable     = "SUPERVISOR_TEST_ROLE"
	scriptVariable   = "SUPERVISOR_TEST_SCRIPT"
	supervisorRole   = "supervisor"
	workerRole       = "worker"
	requestsCounter  = "test_requests_total"
	requestsHelpText = "POST requests that a handler has finished."
)

func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(roleVariable) {
	case supervisorRole:
		err = playSupervisor()
	case workerRole:
		err = playWorker()
	default:
		flag.Parse()
		flag.Set("test.parallel", "4") // the tests wait for other processes now and then
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// script is what a test wants from the processes that it starts. It lies in a file, read anew by every process.
type script struct {
	Dir              string
	Workers          int
	Probation        time.Duration
	ReadyTimeout     time.Duration
	DrainBudget      time.Duration
	StopBudget       time.Duration
	HealthTimeout    time.Duration
	APIAt, AdminAt   string // random ports otherwise
	Notify           string // systemd's socket
	Watchdog         bool
	Descriptors      uint64 // RLIMIT_NOFILE
	CloseConnections bool

	Binary      string        // of new workers; empty: this one
	ExitAtStart bool          // a worker that fails before it is ready
	LastLines   string        // on its standard error
	NeverReady  bool          // a worker that hangs before it is ready
	Hold        bool          // workers wait before they are ready until this is false again
	HoldSlot    int           // that worker does
	Illness     illness       // of a worker that was well when it was first asked
	GentleLimit time.Duration // for starting workers
	EndStreams  bool          // streamed answers end
	BrokenHead  bool          // a supervisor that fails at start
	HangLoop    bool          // a supervisor whose loop hangs until this is false again
	TLS         bool
	H2C         bool
	IdleTimeout time.Duration
}

func readScript() (s script, err error) {
	b, err := os.ReadFile(os.Getenv(scriptVariable))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(b, &s)
}

func (s script) path(name string) string { return filepath.Join(s.Dir, name) }

func playSupervisor() error {
	s, err := readScript()
	if err != nil {
		return err
	}
	if s.BrokenHead {
		return fmt.Errorf("this supervisor is broken")
	}
	if s.Notify != "" {
		os.Setenv("NOTIFY_SOCKET", s.Notify)
	}
	if s.Watchdog {
		os.Setenv("WATCHDOG_USEC", "1000000")
	}
	supervisor.SetGentleLimit(s.GentleLimit)
	if s.Descriptors > 0 {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: s.Descriptors, Max: s.Descriptors}); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // the test holds the other end: no test, no supervisor
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return supervisor.Run(ctx, s.options())
}

func (s script) options() supervisor.Options {
	return supervisor.Options{
		API: s.APIAt, Admin: s.AdminAt, Workers: s.Workers,
		Command: func(which supervisor.Release) ([]string, error) {
			now, err := readScript()
			for now.HangLoop && err == nil {
				time.Sleep(5 * time.Millisecond)
				now, err = readScript()
			}
			if err != nil || now.Binary == "" || which == supervisor.LastGood {
				return []string{os.Args[0]}, err
			}
			return []string{now.Binary}, nil
		},
		Env:    func() ([]string, error) { return append(os.Environ(), roleVariable+"="+workerRole), nil },
		Health: "/health", Metrics: "/metrics", SharedMetrics: "/metrics/shared", SystemPassword: "secret", PIDFile: s.path("pid"),
		Serving: func(api, admin string) {
			b, _ := json.Marshal([]string{api, admin})
			os.WriteFile(s.path("serving.new"), b, 0o600)
			os.Rename(s.path("serving.new"), s.path("serving"))
		},
		Blessed: func([]string) error {
			f, err := os.OpenFile(s.path("blessed"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString("x")
			return err
		},
		Log: slog.New(slog.NewJSONHandler(os.Stderr, nil)), Output: os.Stderr,
		ReadyTimeout: s.ReadyTimeout, Probation: s.Probation, DrainBudget: s.DrainBudget, StopBudget: s.StopBudget,
		HealthTimeout:    s.HealthTimeout,
		CloseConnections: s.CloseConnections,
	}
}

func playWorker() error {
	s, err := readScript()
	if err != nil {
		return err
	}
	w, err := handover.Inherit()
	if err != nil {
		return err
	}
	switch {
	case s.LastLines != "":
		fmt.Fprint(os.Stderr, s.LastLines)
		os.Exit(1)
	case s.ExitAtStart:
		return fmt.Errorf("this worker is broken")
	case s.NeverReady:
		select {}
	}
	for s.Hold || s.HoldSlot == w.Slot() {
		time.Sleep(5 * time.Millisecond)
		if s, err = readScript(); err != nil {
			return err
		}
	}
	srv := &http.Server{Handler: s.handler(w), ReadHeaderTimeout: time.Minute, IdleTimeout: s.IdleTimeout}
	if s.H2C {
		srv.Protocols = new(http.Protocols)
		srv.Protocols.SetHTTP1(true)
		srv.Protocols.SetUnencryptedHTTP2(true)
	}
	if s.TLS {
		srv.TLSConfig = testTLS()
	}
	w.Inner = inner(srv.Handler)
	return w.Serve(context.Background(), srv)
}
