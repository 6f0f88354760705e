package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/cloudflare/tableflip"

	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/supervisor/handover"
)

// The program starts itself in these roles.
const (
	roleVariable   = "HANDOVER_BENCH_ROLE"
	dirVariable    = "HANDOVER_BENCH_DIR"
	undoVariable   = "HANDOVER_BENCH_UNDO" // the supervisor's generations are to be undone
	supervisorRole = "supervisor"
	workerRole     = "worker"
	shutdownRole   = "shutdown"
	keepAlivesRole = "keepalives"
	tableflipRole  = "tableflip"
	backendRole    = "backend" // behind nginx
	password       = "bench"
	idleTimeout    = 75 * time.Second
)

func play(role string) error {
	dir := os.Getenv(dirVariable)
	switch role {
	case supervisorRole:
		return playSupervisor(dir)
	case workerRole:
		w, err := handover.Inherit()
		if err != nil {
			return err
		}
		return w.Serve(context.Background(), server())
	case backendRole:
		return playBackend(dir)
	case tableflipRole:
		return playTableflip(dir)
	default:
		return playPlain(dir, role)
	}
}

func server() *http.Server {
	return &http.Server{IdleTimeout: idleTimeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%d %d", os.Getpid(), n)
	})}
}

func playSupervisor(dir string) error {
	probation := 20 * time.Millisecond
	if os.Getenv(undoVariable) != "" {
		probation = 2 * time.Second
	}
	return supervisor.Run(context.Background(), supervisor.Options{
		API: "127.0.0.1:0", Admin: "localhost:0", SystemPassword: password, Probation: probation,
		Command: func(supervisor.Release) ([]string, error) { return []string{os.Args[0]}, nil },
		Env:     func() ([]string, error) { return append(os.Environ(), roleVariable+"="+workerRole), nil },
		Serving: func(api, admin string) { writeAddresses(dir, api, admin) },
		Log:     slog.New(slog.DiscardHandler),
	})
}

// playPlain serves a listener that it was given, until it is told to end, as net/http's documentation shows.
func playPlain(dir, drain string) error {
	ln, err := net.FileListener(os.NewFile(inheritedFD, "listener"))
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	srv := server()
	var serving sync.WaitGroup
	serving.Go(func() { _ = srv.Serve(ln) })
	writeAddresses(dir, fmt.Sprint(os.Getpid()))
	<-ctx.Done()
	if drain == keepAlivesRole {
		srv.SetKeepAlivesEnabled(false)
	}
	err = srv.Shutdown(context.Background())
	serving.Wait()
	return err
}

// playTableflip is http_example_test.go of tableflip v1.2.3.
func playTableflip(dir string) error {
	upg, err := tableflip.New(tableflip.Options{PIDFile: filepath.Join(dir, "pid")})
	if err != nil {
		return err
	}
	defer upg.Stop()
	go func() {
		sig := make(chan os.Signal, 1)
		signal.Notify(sig, syscall.SIGHUP)
		for range sig {
			_ = upg.Upgrade() // refused while the parent is leaving: the driver asks again
		}
	}()
	ln, err := upg.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := server()
	go func() { _ = srv.Serve(ln) }()
	if err := upg.Ready(); err != nil {
		return err
	}
	writeAddresses(dir, ln.Addr().String())
	<-upg.Exit()
	time.AfterFunc(30*time.Second, func() { os.Exit(1) })
	return srv.Shutdown(context.Background())
}

func writeAddresses(dir string, at ...string) {
	b, _ := json.Marshal(at) // strings
	name := filepath.Join(dir, "addresses")
	if os.WriteFile(name+".new", b, 0o600) == nil {
		_ = os.Rename(name+".new", name)
	}
}
