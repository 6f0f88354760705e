package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/samchon/payments-server/updater"
)

// scenario is one commit that is pushed and rolled out.
type scenario struct {
	name  string
	patch patch // of the commit; nil pushes none
	good  bool  // every machine ends on it
	loses int   // at most so many requests
	kill  func(ctx context.Context, f *fleet) error
}

var scenarios = []scenario{
	{name: "a good commit", patch: harmless, good: true},
	{name: "does not compile", patch: replace("worker/run.go", "func Run(", "func Run(this is no Go, ")},
	{name: "panics at start", patch: insert("worker/run.go", "\tinherited, err :=", "\tpanic(\"at start\")\n")},
	{name: "crashes after a second", patch: insert("worker/run.go", "\tinherited, err :=",
		"\ttime.AfterFunc(time.Second, func() { panic(\"after a second\") })\n"), loses: clientsEach}, // what it had begun dies with it
	{name: "answers 500", patch: insert("worker/webhooks.go", "\tuid, status, ok := readIamport(in)",
		"\tif in != nil {\n\t\treturn nil, context.Canceled\n\t}\n"), loses: math.MaxInt},
	{name: "good; kill -9 the master", patch: harmless, kill: killMaster},
	{name: "the same; kill -9 a slave", kill: killSlave},
	{name: "the same, undisturbed", good: true},
}

// result is a row of the table.
type result struct {
	exit           int
	runs, said     string
	answered, lost int
	took           time.Duration
}

// try pushes, updates, and looks where every machine ended.
func (f *fleet) try(ctx context.Context, s scenario) (r result, err error) {
	before := f.deployed
	pushed, err := f.push(ctx, s)
	if err != nil {
		return r, err
	}
	if err := f.connected(ctx); err != nil {
		return r, err
	}
	began, answered, lost := time.Now(), f.load.answered.Load(), f.load.lost.Load()
	out, err := f.update(ctx, s, &r)
	if err != nil {
		return r, err
	}
	r.said = lastLine(out)
	if s.good {
		f.deployed = pushed
	}
	err = errors.Join(f.endOn(ctx, f.deployed), s.judgeExit(r, out))
	r.took = time.Since(began)
	r.answered, r.lost = int(f.load.answered.Load()-answered), int(f.load.lost.Load()-lost)
	r.runs = map[bool]string{true: "the new one", false: "the one before"}[f.deployed != before]
	if r.lost > s.loses {
		err = errors.Join(err, fmt.Errorf("%d requests were lost: %s", r.lost, f.load.last()))
	}
	if err != nil {
		err = fmt.Errorf("%w\nthe command said:\n%s", err, out)
	}
	return r, err
}

// update runs `payments update local`, and kills what is to be killed when the canary has handed over.
func (f *fleet) update(ctx context.Context, s scenario, r *result) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	killed := make(chan error, 1)
	if s.kill == nil {
		killed <- nil
	} else {
		go func() { killed <- f.whenOnProbation(ctx, func() error { return s.kill(ctx, f) }) }()
	}
	cmd := f.command(ctx, f.master, "update", "local")
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return "", err
	}
	r.exit = cmd.ProcessState.ExitCode()
	return string(out), <-killed
}

var lines = regexp.MustCompile(`(?m)^branch local main\nhash [0-9a-f]{40}\ncommit-time 20`)

func (s scenario) judgeExit(r result, out string) error {
	switch {
	case s.good && (r.exit != 0 || !lines.MatchString(out)):
		return fmt.Errorf("exit status %d, want 0 and the branch, the hash and the commit's time", r.exit)
	case !s.good && r.exit != 1:
		return fmt.Errorf("exit status %d, want 1", r.exit)
	}
	return nil
}

// whenOnProbation does something when the first machine has handed over.
func (f *fleet) whenOnProbation(ctx context.Context, do func() error) error {
	err := f.await(ctx, "the canary is on probation", func() bool {
		fleet, err := f.client().Fleet(ctx)
		return err == nil && len(fleet.Machines) > 0 && fleet.Machines[0].State == updater.Probation
	})
	if err != nil {
		return err
	}
	return do()
}

// killMaster starts it again only when the canary has returned by itself.
func killMaster(ctx context.Context, f *fleet) error {
	if err := f.kill(f.master); err != nil {
		return err
	}
	if err := f.endOn(ctx, f.deployed); err != nil {
		return err
	}
	return f.startUpdater(f.master)
}

func killSlave(_ context.Context, f *fleet) error {
	if err := f.kill(f.machines[0]); err != nil {
		return err
	}
	return f.startUpdater(f.machines[0])
}

func lastLine(out string) string {
	all := strings.Split(strings.TrimSpace(out), "\n")
	last := all[len(all)-1]
	for _, line := range all {
		if strings.HasPrefix(line, "payments: ") {
			last = line
		}
	}
	return last[:min(len(last), 110)]
}
