package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samchon/payments-server/internal/porttest"
	"go.yaml.in/yaml/v3"
)

// prometheusProgram finds prometheus or promtool: in the path, or where scripts/setup.sh puts them.
func prometheusProgram(t *testing.T, name string) string {
	t.Helper()
	cache, _ := os.UserCacheDir() // "" without one
	for _, candidate := range []string{name, filepath.Join(cache, "payments-server", "prometheus", name)} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	const hint = "get it by `sh scripts/setup.sh prometheus`"
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing, and CI must not skip this: %s", name, hint)
	}
	t.Skipf("%s is missing: %s", name, hint)
	return ""
}

// ruleFile is deploy/prometheus/rules.yml.
type ruleFile struct {
	Groups []struct {
		Rules []struct{ Record, Alert, Expr string }
	}
}

func readRules(t *testing.T) (r ruleFile) {
	t.Helper()
	if err := yaml.Unmarshal(readFile(t, "deploy/prometheus/rules.yml"), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRules(t *testing.T) {
	t.Parallel()
	promtool := prometheusProgram(t, "promtool")
	for _, args := range [][]string{{"check", "config", "prometheus.yml"},
		{"check", "rules", "--lint-fatal", "rules.yml"}, {"test", "rules", "rules_test.yml"}} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = "deploy/prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

func TestRules_EachAlertIsTestedAndExplained(t *testing.T) {
	t.Parallel()
	tests, handbook := string(readFile(t, "deploy/prometheus/rules_test.yml")), string(readFile(t, "docs/operations.md"))
	for _, group := range readRules(t).Groups {
		for _, rule := range group.Rules {
			if rule.Alert == "" {
				continue
			}
			if !strings.Contains(tests, rule.Alert) {
				t.Errorf("%s has no test in deploy/prometheus/rules_test.yml", rule.Alert)
			}
			if !strings.Contains(handbook, "| `"+rule.Alert+"` |") {
				t.Errorf("%s is not explained in docs/operations.md", rule.Alert)
			}
		}
	}
}

// TestDashboard has a real Prometheus scrape a real system at work, and asks it everything that the dashboard and the
// rules ask.
func TestDashboard_EveryQueryReturnsData(t *testing.T) {
	t.Parallel()
	program := prometheusProgram(t, "prometheus")
	s := newSystem(t)
	s.start(t)
	s.shop(t).keepBusy(t)
	p := startPrometheus(t, program, s.ports["ADMIN_PORT"])
	for _, q := range slices.Concat(dashboardQueries(t), ruleQueries(t)) {
		await(t, "Prometheus has data for "+q, func() bool { return p.knows(t, q) })
	}
}

// dashboardQueries are what Grafana would send.
func dashboardQueries(t *testing.T) (queries []string) {
	t.Helper()
	var dashboard any
	if err := json.Unmarshal(readFile(t, "deploy/grafana/payments-server.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	variables := strings.NewReplacer("$instance", ".*", "$__rate_interval", "30s")
	collect(dashboard, func(expr string) { queries = append(queries, variables.Replace(expr)) })
	if len(queries) < 40 {
		t.Fatalf("found %d queries, want all", len(queries))
	}
	return queries
}

func collect(node any, found func(string)) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			collect(child, found)
		}
	case map[string]any:
		if expr, ok := n["expr"].(string); ok {
			found(withoutLimit(expr))
		}
		for _, child := range n {
			collect(child, found)
		}
	}
}

// ruleQueries are what the rules look at. An alert that is right returns nothing on a healthy machine; its figure does.
func ruleQueries(t *testing.T) (queries []string) {
	t.Helper()
	for _, group := range readRules(t).Groups {
		for _, rule := range group.Rules {
			if rule.Record != "" {
				queries = append(queries, rule.Record)
				continue
			}
			if withoutLimit(rule.Expr) == rule.Expr {
				t.Errorf("%s does not end in a limit", rule.Alert)
			}
			queries = append(queries, withoutLimit(rule.Expr))
		}
	}
	return queries
}

var limit = regexp.MustCompile(` [<>] [0-9.]+$`)

func withoutLimit(expr string) string { return limit.ReplaceAllString(expr, "") }

// prometheus is a running one.
type prometheus struct{ url string }

func startPrometheus(t *testing.T, program, adminPort string) *prometheus {
	t.Helper()
	home, port := t.TempDir(), porttest.Free(t)
	config := string(readFile(t, "deploy/prometheus/prometheus.yml"))
	config = strings.NewReplacer("127.0.0.1:37822", "127.0.0.1:"+adminPort, "interval: 15s",
		"interval: 1s").Replace(config)
	for name, text := range map[string][]byte{"prometheus.yml": []byte(config),
		"rules.yml": readFile(t, "deploy/prometheus/rules.yml")} {
		if err := os.WriteFile(filepath.Join(home, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "--config.file="+home+"/prometheus.yml", "--storage.tsdb.path="+home+"/data",
		"--web.listen-address=127.0.0.1:"+port)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Dir = &log, &log, home
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("prometheus: %.5000s", log.String())
		}
	})
	return &prometheus{"http://127.0.0.1:" + port}
}

// knows reports whether a query returns a number.
func (p *prometheus) knows(t *testing.T, query string) bool {
	t.Helper()
	res, err := http.Get(p.url + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return false // it is starting
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode == http.StatusBadRequest {
		t.Fatalf("%s: %s", query, body)
	}
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return false // it is starting, and says so in plain text
	}
	return slices.ContainsFunc(answer.Data.Result,
		func(r struct{ Value [2]any }) bool { return fmt.Sprint(r.Value[1]) != "NaN" })
}
