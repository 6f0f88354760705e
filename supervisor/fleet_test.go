package supervisor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/samchon/payments-server/bench/handover/load"
	"github.com/samchon/payments-server/supervisor"
)

// patience is for a machine that is busy with much else; nothing that works needs it.
const patience = 2 * time.Minute

// think is the longest pause of a client under load: long enough to leave the
// processors to the processes that are handed over to, not to the load.
const think = 100 * time.Millisecond

// fleet is a supervisor with its workers, in processes of their own.
type fleet struct {
	t          *testing.T
	script     script
	api, admin string
	cmd        *exec.Cmd
	log        journal
	beheaded   bool // the test has killed the supervisor
}

// journal is the file that the processes write to, also those that outlive others; it is shown when the test fails.
type journal struct{ *os.File }

func newJournal(t *testing.T, path string) journal {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return journal{f}
}

func (j journal) String() string {
	b, err := os.ReadFile(j.Name())
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// launch starts a supervisor; it need not become ready.
func launch(t *testing.T, s script) *fleet {
	t.Helper()
	s.Dir = t.TempDir()
	s.defaults()
	f := &fleet{t: t, script: s, log: newJournal(t, s.path("log"))}
	f.rewrite(func(*script) {})
	f.cmd = exec.Command(os.Args[0])
	f.cmd.Env = append(os.Environ(), roleVariable+"="+supervisorRole, scriptVariable+"="+s.path("script"),
		"GORACE=atexit_sleep_ms=0") // otherwise every process of a -race build waits a second before it ends
	f.cmd.Stderr, f.cmd.Stdout = f.log.File, f.log.File
	lifeline, err := f.cmd.StdinPipe()
	must(t, err)
	must(t, f.cmd.Start())
	t.Cleanup(func() {
		f.stop()
		lifeline.Close()
		f.cmd.Wait()
		f.inspect()
	})
	return f
}

// inspect ends what is left of a fleet, and looks for what must never be: processes left behind, unless the test killed
// their supervisor, and data races in a -race build.
func (f *fleet) inspect() {
	for _, pid := range f.processes() {
		if !f.beheaded {
			f.t.Errorf("process %d was left behind", pid)
		}
		syscall.Kill(pid, syscall.SIGKILL)
	}
	log := f.log.String()
	if _, report, ok := strings.Cut(log, "DATA RACE"); ok {
		f.t.Errorf("a process reported a data race: %.5000s", report)
	}
	if f.t.Failed() {
		f.t.Logf("log of the processes:\n%.20000s", log)
	}
}

// processes finds whoever was started with this fleet's script, alive or orphaned.
func (f *fleet) processes() (pids []int) {
	names, err := filepath.Glob("/proc/[0-9]*")
	must(f.t, err)
	mark := scriptVariable + "=" + f.script.path("script") + "\x00"
	for _, name := range names {
		env, err := os.ReadFile(name + "/environ")
		pid, _ := strconv.Atoi(filepath.Base(name))
		if err == nil && strings.Contains(string(env), mark) && !gone(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (s *script) defaults() {
	if s.APIAt == "" {
		s.APIAt = "127.0.0.1:0"
	}
	if s.AdminAt == "" {
		s.AdminAt = "localhost:0" // not written like the API's: tableflip goes by the text
	}
	if s.Workers == 0 {
		s.Workers = 2
	}
	if s.Probation == 0 {
		s.Probation = 50 * time.Millisecond
	}
	if s.ReadyTimeout == 0 {
		s.ReadyTimeout = time.Minute
	}
	if s.HealthTimeout == 0 {
		s.HealthTimeout = 20 * time.Second
	}
	if s.GentleLimit == 0 { // other tests leave little to who is content with the rest
		s.GentleLimit = 50 * time.Millisecond
	}
}

// start launches a supervisor and waits until its first generation is blessed.
func start(t *testing.T, s script) *fleet {
	t.Helper()
	f := launch(t, s)
	f.await("a serving generation", func() bool { return f.readAddresses() })
	f.await("a blessed generation", func() bool { return f.serving().State == supervisor.Blessed })
	return f
}

func (f *fleet) readAddresses() bool {
	b, err := os.ReadFile(f.script.path("serving"))
	if err != nil {
		return false
	}
	var at []string
	must(f.t, json.Unmarshal(b, &at))
	f.api, f.admin = at[0], at[1]
	return true
}

// rewrite changes what the next processes do.
func (f *fleet) rewrite(change func(*script)) {
	f.t.Helper()
	change(&f.script)
	b, err := json.Marshal(f.script)
	must(f.t, err)
	must(f.t, os.WriteFile(f.script.path("script.new"), b, 0o600))
	must(f.t, os.Rename(f.script.path("script.new"), f.script.path("script")))
}

// stop ends everything; a test that wants to see how calls supervisor.Stop itself.
func (f *fleet) stop() {
	if f.admin == "" || f.beheaded {
		f.cmd.Process.Kill()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := supervisor.Status(ctx, f.admin)
	if err != nil {
		return
	}
	if err := supervisor.Stop(ctx, f.admin); err != nil {
		f.t.Errorf("stop: %v", err)
		syscall.Kill(c.PID, syscall.SIGKILL)
	}
}

func (f *fleet) census() supervisor.Census {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, _ := supervisor.Status(ctx, f.admin) // an error is an empty census: whoever waits asks again
	return c
}

// serving is the generation that has the traffic.
func (f *fleet) serving() supervisor.Generation {
	for _, g := range f.census().Generations {
		if g.State == supervisor.Blessed || g.State == supervisor.Probation {
			return g
		}
	}
	return supervisor.Generation{}
}

func (f *fleet) generation(number int) supervisor.Generation {
	for _, g := range f.census().Generations {
		if g.Number == number {
			return g
		}
	}
	return supervisor.Generation{}
}

func (f *fleet) reload() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return supervisor.Reload(ctx, f.admin, "secret")
}

func (f *fleet) upgrade() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return supervisor.Upgrade(ctx, f.admin, "secret")
}

// await waits for a condition; what names it in the failure.
func (f *fleet) await(what string, ok func() bool) {
	f.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(end) {
			f.t.Fatalf("waited in vain for %s; census: %+v", what, f.census())
		}
	}
}

// post sends one request over a connection of its own.
func (f *fleet) post(path string) string { return f.send(path, "body") }

func (f *fleet) send(path, body string) string {
	f.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+f.api+path, strings.NewReader(body))
	must(f.t, err)
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	must(f.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(f.t, err)
	return string(b)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// gone reports whether a process has ended, whoever its parent is.
func gone(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ")
	return err != nil || strings.HasPrefix(rest, "Z")
}

// mustLoad starts nothing yet, but ends with the test.
func mustLoad(t *testing.T, addr string, think time.Duration) *load.Load {
	l := load.New(addr, think)
	t.Cleanup(l.End)
	return l
}
