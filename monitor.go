package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/samchon/payments-server/monitor/live"
	"github.com/samchon/payments-server/monitor/ops"
	"github.com/samchon/payments-server/monitor/term"
)

type monitorCommand struct {
	Mode  string `arg:"" optional:"" enum:"local,dev,real," default:"" help:"Refuse a machine in another mode: local, dev or real."`
	JSON  bool   `help:"Print JSON, for programs." xor:"form"`
	Watch bool   `help:"Show this machine live, on a terminal, until Ctrl-C." xor:"form"`
}

func (monitorCommand) Help() string {
	return `The performance of every worker, as GET /monitors/performance has it, and what they were built from, as
GET /monitors/system has it: of all machines that the updater's master knows, or, where there is none, of this one.
--watch shows this machine, live; so does the page at the admin port.

    payments monitor
    payments monitor --watch
    payments monitor real --json | jq '.[].workers[].performance.memory.rss'`
}

func (c monitorCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if c.Mode != "" && c.Mode != string(cfg.Mode) {
		return fmt.Errorf("this machine is in %s mode, not in %s", cfg.Mode, c.Mode)
	}
	if c.Watch {
		return watchMachine(p, cfg.Admin.Addr())
	}
	machines, err := p.machines(cfg)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(machines)
	}
	return writeMachines(p.stdout, machines)
}

// machineTimeout bounds the wait for a machine's figures. Its supervisor has limits of its own, below.
const machineTimeout = 10 * time.Second

func readMachine(ctx context.Context, admin string) (m ops.Machine, err error) {
	ctx, cancel := context.WithTimeout(ctx, machineTimeout)
	defer cancel()
	body, err := openAdmin(ctx, admin, ops.MachinePath)
	if err != nil {
		return m, err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(&m); err != nil {
		return m, fmt.Errorf("read the figures of %s: %w", admin, err)
	}
	return m, nil
}

func openAdmin(ctx context.Context, admin, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+path, nil)
	if err != nil {
		return nil, err
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("get %s: answered %s", path, res.Status)
	}
	return res.Body, nil
}

// watchMachine shows a machine live until Ctrl-C, TERM, or the end of the terminal.
func watchMachine(p *program, admin string) error {
	terminal, ok := p.stdout.(*os.File)
	if !ok {
		return errors.New("--watch needs a terminal; --json is for programs")
	}
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	return term.Watch(ctx, terminal, func(ctx context.Context, tell func(term.Update)) { followMachine(ctx, admin, tell) })
}

// watchAgain is the pause before another try to connect: a supervisor is being replaced, or started.
const watchAgain = time.Second

func followMachine(ctx context.Context, admin string, tell func(term.Update)) {
	for ctx.Err() == nil {
		err := readEvents(ctx, admin, tell)
		tell(term.Update{Err: err})
		select {
		case <-time.After(watchAgain):
		case <-ctx.Done():
		}
	}
}

// readEvents tells samples until the connection ends, which it always does with an error.
func readEvents(ctx context.Context, admin string, tell func(term.Update)) error {
	body, err := openAdmin(ctx, admin, ops.EventsPath)
	if err != nil {
		return notRunning(admin, err)
	}
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var sample live.Sample
		if err := json.Unmarshal([]byte(text), &sample); err != nil {
			return fmt.Errorf("read a sample: %w", err)
		}
		tell(term.Update{Sample: sample})
	}
	return errors.Join(errors.New("the supervisor has gone"), lines.Err())
}
