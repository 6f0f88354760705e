package updater

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/updater/release"
)

// Server is the supervisor of this machine, as the updater deals with it.
type Server interface {
	// Program is the file that the supervisor itself runs.
	Program() (string, error)
	// Reload starts workers from `current`, and returns when they are blessed, or why they were undone.
	Reload(ctx context.Context) error
	// Upgrade replaces the supervisor by that of `last-good`.
	Upgrade(ctx context.Context) error
	// Look tells what is served.
	Look(ctx context.Context) (Sight, error)
}

// Sight is a look at a server.
type Sight struct {
	Commit    string // of the workers that have the traffic, shortened
	Restarts  int    // of those workers, after crashes
	Receipt   *supervisor.Receipt
	Responses float64 // since the server started
	Failures  float64 // of them, those that were the server's fault
}

// LocalServer is the supervisor that answers on an admin address.
type LocalServer struct {
	Admin    string
	Password string
	PIDFile  string
}

// Program implements Server.
func (s LocalServer) Program() (string, error) {
	pid, err := os.ReadFile(s.PIDFile)
	if err != nil {
		return "", fmt.Errorf("no server runs on this machine, start it with `payments start`: %w", err)
	}
	return "/proc/" + strings.TrimSpace(string(pid)) + "/exe", nil
}

// Reload implements Server.
func (s LocalServer) Reload(ctx context.Context) error {
	return supervisor.Reload(ctx, s.Admin, s.Password)
}

// Upgrade implements Server.
func (s LocalServer) Upgrade(ctx context.Context) error {
	return supervisor.Upgrade(ctx, s.Admin, s.Password)
}

// Look implements Server.
func (s LocalServer) Look(ctx context.Context) (Sight, error) {
	census, err := supervisor.Status(ctx, s.Admin)
	if err != nil {
		return Sight{}, err
	}
	var see Sight
	reason := errors.New("no worker is ready")
	for _, g := range census.Generations {
		if g.State == supervisor.Blessed || g.State == supervisor.Probation {
			see.Commit, see.Restarts = g.Commit, g.Restarts
			reason = errors.New("all workers have crashed") // they have been ready, or would not have the traffic
		}
	}
	if !census.Ready {
		return see, reason
	}
	if n := len(census.Receipts); n > 0 {
		see.Receipt = &census.Receipts[n-1]
	}
	return see, s.countResponses(ctx, &see)
}

// responses counts the API's answers by status code. The supervisor sums it over all generations.
const responses = "payments_http_requests_total"

func (s LocalServer) countResponses(ctx context.Context, see *Sight) error {
	text, err := supervisor.Metrics(ctx, s.Admin)
	if err != nil {
		return err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("read the metrics of %s: %w", s.Admin, err)
	}
	for _, m := range families[responses].GetMetric() {
		see.Responses += m.GetCounter().GetValue()
		for _, label := range m.GetLabel() {
			if code, _ := strconv.Atoi(label.GetValue()); label.GetName() == "code" && code == http.StatusInternalServerError {
				see.Failures += m.GetCounter().GetValue()
			}
		}
	}
	return nil
}

// A release is ill when more than this share of its answers are failures, and at least so many, beyond the share before.
const (
	illShare    = 0.02
	illFailures = 5
)

// illness compares a server on probation with how it was before.
func illness(want string, before, switched, now Sight) error {
	switch failures, share := now.Failures-switched.Failures, failureShare(switched, now); {
	case now.Commit != release.Short(want):
		return fmt.Errorf("it runs %s instead of %s: the new workers were undone or replaced", now.Commit, release.Short(want))
	case now.Restarts > 0:
		return errors.New("a worker has crashed")
	case failures >= illFailures && share > failureShare(before, switched)+illShare:
		return fmt.Errorf("%.0f of its last %.0f answers are internal errors", failures, now.Responses-switched.Responses)
	}
	return nil
}

func failureShare(from, to Sight) float64 {
	return (to.Failures - from.Failures) / max(to.Responses-from.Responses, 1)
}
