package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// gonePoll is how often Stop looks whether the supervisor still lives: a process that is not our child sends no word.
const gonePoll = 20 * time.Millisecond

// Status asks the supervisor behind an admin address for its census.
func Status(ctx context.Context, admin string) (Census, error) {
	var c Census
	body, err := look(ctx, admin, "/status")
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(body, &c); err != nil {
		return c, fmt.Errorf("read the census of %s: %w", admin, err)
	}
	return c, nil
}

// Metrics returns what Prometheus would be told, in its text format.
func Metrics(ctx context.Context, admin string) ([]byte, error) { return look(ctx, admin, "/metrics") }

// Reload starts a new generation and returns when it is blessed; the error tells why it was undone.
func Reload(ctx context.Context, admin, password string) error {
	_, err := ask(ctx, http.MethodPost, admin, "/reload", password)
	return err
}

// Upgrade replaces the supervisor itself and returns when the new one is in charge.
func Upgrade(ctx context.Context, admin, password string) error {
	_, err := ask(ctx, http.MethodPost, admin, "/upgrade", password)
	return err
}

// Stop drains and stops the supervisor behind an admin address and returns when neither it nor a worker runs any more.
func Stop(ctx context.Context, admin string) error {
	c, err := Status(ctx, admin)
	if err != nil {
		return err
	}
	if err := syscall.Kill(c.PID, syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop supervisor %d: %w", c.PID, err)
	}
	pids := []int{c.PID}
	for _, g := range c.Generations {
		for _, w := range g.Workers {
			pids = append(pids, w.PID)
		}
	}
	return waitGone(ctx, pids)
}

func waitGone(ctx context.Context, pids []int) error {
	tick := time.NewTicker(gonePoll)
	defer tick.Stop()
	for _, pid := range pids {
		for !gone(pid) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("process %d still runs: %w", pid, ctx.Err())
			case <-tick.C:
			}
		}
	}
	return nil
}

// gone also counts a zombie: it runs no more, its parent has just not looked yet.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z")
}

// look asks for what may be asked again: a supervisor that is just being replaced can take a connection and leave.
func look(ctx context.Context, admin, path string) ([]byte, error) {
	for again := 2; ; again-- {
		body, err := ask(ctx, http.MethodGet, admin, path, "")
		// net/http has several words for a connection that is closed before an answer, and does not export them all.
		unanswered := (*url.Error)(nil)
		left := errors.As(err, &unanswered) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
		if !left || again == 0 || ctx.Err() != nil {
			return body, err
		}
	}
}

func ask(ctx context.Context, method, admin, path, password string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+admin+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask the supervisor: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+password)
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the supervisor: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("ask the supervisor: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", strings.TrimPrefix(path, "/"), strings.TrimSpace(string(body)))
	}
	return body, nil
}
