package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/samchon/payments-server/bench/httpload"
)

// pgbench lets PostgreSQL's own load generator run a query, prepared, for the ids by
// turns.
type pgbench struct {
	database string
	dir      string   // for its scripts
	query    string   // with $1 for the id
	ids      []string // 128 at most: pgbench takes no more scripts
	clients  int
}

// connectedPerSecond is how many connections PostgreSQL takes in a second at least, of a
// busy machine.
const connectedPerSecond = 32

func (p pgbench) contender() (contender, error) {
	program, err := postgresProgram("pgbench")
	if err != nil {
		return contender{}, err
	}
	args := []string{"--no-vacuum", "--protocol=prepared", "--jobs=2", "--client=" + strconv.Itoa(p.clients)}
	for i, id := range p.ids {
		variable := fmt.Sprintf("id%d", i)
		script := filepath.Join(p.dir, variable+".sql")
		if err := os.WriteFile(script, []byte(strings.ReplaceAll(p.query, "$1", ":"+variable)), 0o600); err != nil {
			return contender{}, err
		}
		args = append(args, "--file="+script, "--define="+variable+"="+id)
	}
	return contender{"pgbench, the same query, prepared", func(ctx context.Context, d time.Duration) (httpload.Lap, error) {
		seconds := max(1, int(d.Seconds())) + p.clients/connectedPerSecond // it counts from before it connects
		said, err := exec.CommandContext(ctx, program, append(args, "--time="+strconv.Itoa(seconds), p.database)...).CombinedOutput()
		if err != nil {
			return httpload.Lap{}, fmt.Errorf("%w: %s", err, said)
		}
		return pgbenchLap(string(said), d)
	}}, nil
}

var pgbenchRate = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

func pgbenchLap(said string, d time.Duration) (httpload.Lap, error) {
	found := pgbenchRate.FindStringSubmatch(said)
	if found == nil {
		return httpload.Lap{}, fmt.Errorf("it named no rate: %s", said)
	}
	rate, err := strconv.ParseFloat(found[1], 64)
	return httpload.Lap{Calls: int(rate * d.Seconds()), Took: d}, err
}

// queryOf reads a query of the store's from its source, so that pgbench runs the same
// as the server. Ours looks up several ids at once where it can; pgbench cannot.
func queryOf(name string) (string, error) {
	source, err := os.ReadFile("internal/store/queries/history.sql")
	if err != nil {
		return "", fmt.Errorf("%w; run it from the top of the repository", err)
	}
	_, rest, found := strings.Cut(string(source), "-- name: "+name+" :many\n")
	query, _, ended := strings.Cut(rest, ";")
	if !found || !ended {
		return "", fmt.Errorf("internal/store/queries/history.sql has no query %s", name)
	}
	const several = "ANY((SELECT @ids::uuid[])::uuid[])"
	if !strings.Contains(query, several) {
		return "", fmt.Errorf("the query %s of internal/store/queries/history.sql has no %s any more", name, several)
	}
	return strings.Replace(query, several, "$1", 1) + ";\n", nil
}

// postgresProgram finds a program of PostgreSQL's.
func postgresProgram(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s is not installed: make setup", name)
	}
	return found[len(found)-1], nil
}

func postgresVersion() string {
	program, err := postgresProgram("pgbench")
	if err != nil {
		return ""
	}
	said, _ := exec.Command(program, "--version").Output()
	return strings.TrimPrefix(strings.TrimSpace(string(said)), "pgbench ")
}
