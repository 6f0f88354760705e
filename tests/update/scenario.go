package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/updater"
)

// scenario is one commit that is pushed and rolled out.
type scenario struct {
	name  string
	patch patch // of the commit; nil pushes none
	good  bool  // every machine ends on it
	// loses is how many requests the canary loses, at least and at most; the others lose none.
	loses  losses
	during func(ctx context.Context, f *fleet) error // the rollout
}

type losses struct{ least, most int }

const crashFile = "crash"

// withTheWorker are the requests that a worker has begun, one for each client: they die with it, because nobody may send
// them again.
var withTheWorker = losses{most: clientsEach}

// untilFound is what the clients can send until answers of 500 are seen by the gate, and the canary has returned.
var untilFound = losses{least: 1, most: clientsEach * int((probation+gate)/think)}

var scenarios = []scenario{
	{name: "a good commit", patch: harmless, good: true},
	{name: "does not compile", patch: replace("worker/run.go", "func Run(", "func Run(this is no Go, ")},
	{name: "panics at start", patch: insert("worker/run.go", "\tinherited, err :=", "\tpanic(\"at start\")\n")},
	{name: "crashes between requests", patch: crashes(crashFile), during: crashCanary},
	{name: "crashes after a second, amid requests", patch: insert("worker/run.go", "\tinherited, err :=",
		"\ttime.AfterFunc(time.Second, func() { panic(\"after a second\") })\n"), loses: withTheWorker},
	{name: "answers 500", patch: insert("worker/webhooks.go", "\tuid, status, ok := readIamport(in)",
		"\tif in != nil {\n\t\treturn nil, context.Canceled\n\t}\n"), loses: untilFound},
	{name: "good; kill -9 the master", patch: harmless, during: killMaster},
	{name: "the same; kill -9 a slave", during: killSlave},
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
	if err := f.push(ctx, s); err != nil {
		return r, err
	}
	if err := f.connected(ctx); err != nil {
		return r, err
	}
	began, sums := time.Now(), f.sums()
	out, err := f.update(ctx, s, &r)
	if err != nil {
		return r, err
	}
	r.said = lastLine(out)
	if s.good {
		f.deployed = f.pushed
	}
	err = errors.Join(f.endOn(ctx, f.deployed), s.judgeExit(r, out))
	r.took = time.Since(began)
	r.runs = map[bool]string{true: "the new one", false: "the one before"}[f.deployed != before]
	for i, sum := range f.sums() {
		lost := sum.lost - sums[i].lost
		r.answered, r.lost = r.answered+sum.answered-sums[i].answered, r.lost+lost
		err = errors.Join(err, s.judgeLosses(f.machines[i], lost))
	}
	if err != nil {
		err = fmt.Errorf("%w\nthe command said:\n%s", err, out)
	}
	return r, err
}

// sum is how a machine's clients fared so far.
type sum struct{ answered, lost int }

func (f *fleet) sums() (all []sum) {
	for _, m := range f.machines {
		all = append(all, sum{int(m.load.answered.Load()), int(m.load.lost.Load())})
	}
	return all
}

func (s scenario) judgeLosses(m *machine, lost int) error {
	var want losses
	if m.name == canary {
		want = s.loses
	}
	if lost < want.least || lost > want.most {
		return fmt.Errorf("%s lost %d requests, want %d to %d: %s", m.name, lost, want.least, want.most, m.load.last())
	}
	return nil
}

// update runs `payments update local`, and meanwhile what happens during it.
func (f *fleet) update(ctx context.Context, s scenario, r *result) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	happened := make(chan error, 1)
	if s.during == nil {
		happened <- nil
	} else {
		go func() { happened <- s.during(ctx, f) }()
	}
	cmd := f.command(ctx, f.master, "update", "local")
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return "", err
	}
	r.exit = cmd.ProcessState.ExitCode()
	return string(out), <-happened
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

// onProbation returns when the canary has handed over.
func (f *fleet) onProbation(ctx context.Context) error {
	return f.await(ctx, "the canary is on probation", func() bool {
		fleet, err := f.client().Fleet(ctx)
		return err == nil && len(fleet.Machines) > 0 && fleet.Machines[0].State == updater.Probation
	})
}

// killMaster starts it again only when the canary has returned by itself.
func killMaster(ctx context.Context, f *fleet) error {
	if err := f.onProbation(ctx); err != nil {
		return err
	}
	if err := f.kill(f.master); err != nil {
		return err
	}
	if err := f.endOn(ctx, f.deployed); err != nil {
		return err
	}
	return f.startUpdater(f.master)
}

func killSlave(ctx context.Context, f *fleet) error {
	if err := f.onProbation(ctx); err != nil {
		return err
	}
	if err := f.kill(f.machines[0]); err != nil {
		return err
	}
	return f.startUpdater(f.machines[0])
}

// crashCanary lets the canary's new worker crash while all its clients are connected, and none waits for an answer.
func crashCanary(ctx context.Context, f *fleet) error {
	m := f.machines[0]
	var worker int
	if err := f.await(ctx, "the canary's new worker serves", func() bool {
		g, ok := m.serving(ctx, f.pushed)
		if ok && len(g.Workers) > 0 {
			worker = g.Workers[0].PID
		}
		return worker != 0
	}); err != nil {
		return err
	}
	release := m.load.hold()
	defer release()
	if err := f.await(ctx, "the canary has no request", func() bool {
		g, ok := m.serving(ctx, f.pushed)
		return !ok || g.Busy == 0
	}); err != nil {
		return err
	}
	if err := os.WriteFile(f.path(crashFile), []byte(strconv.Itoa(worker)), 0o600); err != nil {
		return err
	}
	return f.await(ctx, "the canary's new worker has crashed", func() bool {
		g, _ := m.serving(ctx, f.pushed)
		return !slices.ContainsFunc(g.Workers, func(w supervisor.Worker) bool { return w.PID == worker })
	})
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
