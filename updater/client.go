package updater

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// beat is how often a slave and its master exchange words, and silence how long one may say nothing until the other
// takes it for lost.
const (
	beat    = 500 * time.Millisecond
	silence = 5 * time.Second
)

// Client speaks to a master: a slave, or a command.
type Client struct {
	URL      string // http://10.0.0.1:37820
	Password string
	HTTP     *http.Client
}

// RefusedError is an answer of the master that says no.
type RefusedError struct {
	Status int
	Says   string
}

func (e *RefusedError) Error() string { return e.Says }

// ErrBusy is wrapped by the error of an update while another is under way.
var ErrBusy = errors.New("Already updating.") //nolint:staticcheck // the original's words, as users know them

// Report says what a machine is, and returns what the master wishes of it. The master takes up to a beat to answer.
func (c *Client) Report(ctx context.Context, m Machine) (w Wish, err error) {
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	err = c.exchange(ctx, http.MethodPost, "/slave", m, &w)
	return w, err
}

// Fleet asks how the fleet is.
func (c *Client) Fleet(ctx context.Context) (f Fleet, err error) {
	err = c.exchange(ctx, http.MethodGet, "/fleet", nil, &f)
	return f, err
}

// Update asks for a rollout, and follows it: show is given the fleet at every change. When ctx ends, the rollout is
// aborted, and followed until the fleet has returned.
func (c *Client) Update(ctx context.Context, o Order, show func(Fleet)) (last Fleet, err error) {
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	body, err := c.send(following, http.MethodPost, "/rollout", o)
	if err != nil {
		return last, err
	}
	defer body.Close()
	defer context.AfterFunc(ctx, func() {
		if err := c.exchange(following, http.MethodDelete, "/rollout", nil, nil); err != nil {
			stop() // a master that does not hear us aborts when we hang up
		}
	})()
	lines := json.NewDecoder(body)
	for err == nil {
		if err = lines.Decode(&last); err == nil {
			show(last)
		}
	}
	if errors.Is(err, io.EOF) && last.Rollout != nil && last.Rollout.Outcome != "" {
		return last, nil
	}
	return last, fmt.Errorf("lost the master, see `payments rollouts` for what becomes of the rollout: %w", err)
}

// Freeze holds all updates back, or lets them go on.
func (c *Client) Freeze(ctx context.Context, f Freeze) error {
	return c.exchange(ctx, http.MethodPut, "/freeze", f, nil)
}

// Journal returns the master's journal as it is on disk: see package journal.
func (c *Client) Journal(ctx context.Context) ([]byte, error) {
	body, err := c.send(ctx, http.MethodGet, "/journal", nil)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// exchange sends a value, and reads one into answer if there is one to be read.
func (c *Client) exchange(ctx context.Context, method, path string, value, answer any) error {
	body, err := c.send(ctx, method, path, value)
	if err != nil {
		return err
	}
	defer body.Close()
	if answer == nil {
		return nil
	}
	if err := json.NewDecoder(body).Decode(answer); err != nil {
		return fmt.Errorf("read the answer of the master %s: %w", c.URL, err)
	}
	return nil
}

func (c *Client) send(ctx context.Context, method, path string, value any) (io.ReadCloser, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.Password)
	res, err := c.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no updater master can be reached, see `payments updater master` and UPDATER_MASTER: %w", err)
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	defer res.Body.Close()
	says, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	refused := error(&RefusedError{res.StatusCode, strings.TrimSpace(string(says))})
	if res.StatusCode == http.StatusConflict && path == "/rollout" {
		refused = ErrBusy
	}
	return nil, errors.Join(refused, err)
}
