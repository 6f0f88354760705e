package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Limits of what the updater runs. A build has a configured one.
const (
	gitTimeout   = 2 * time.Minute
	checkTimeout = time.Minute
	outputGrace  = time.Second // for the output of a killed group to end
)

// command is a program that has to end in time, with everything it has started.
type command struct {
	dir   string
	env   []string
	args  []string
	limit time.Duration
}

// run returns what it printed. The error tells the last lines of what it complained.
func (c command) run(ctx context.Context) (stdout string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.limit, fmt.Errorf("not done in %s", c.limit))
	defer cancel()
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	var out, complaint bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = c.dir, c.env, &out, &complaint, outputGrace
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err = cmd.Run()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return "", &failure{what: c.name(), cause: err, said: lastLines(complaint.String() + out.String())}
	}
	return strings.TrimSpace(out.String()), nil
}

// name is the program and what it was asked to do, without options and paths.
func (c command) name() string {
	words := []string{filepath.Base(c.args[0])}
	for i := 1; i < len(c.args) && len(words) < 3; i++ {
		if c.args[i] == "-C" || c.args[i] == "-c" || c.args[i] == "--config" {
			i++
		} else if !strings.HasPrefix(c.args[i], "-") && !strings.Contains(c.args[i], "/") {
			words = append(words, c.args[i])
		}
	}
	return strings.Join(words, " ")
}

// failure is a program that did not do what it should.
type failure struct {
	what  string
	cause error
	said  string
}

func (f *failure) Error() string {
	if f.said == "" {
		return fmt.Sprintf("%s: %v", f.what, f.cause)
	}
	return fmt.Sprintf("%s: %v: %s", f.what, f.cause, f.said)
}

func (f *failure) Unwrap() error { return f.cause }

// saidNo reports whether a program ran and answered no, as git does by exit status 1.
func saidNo(err error) bool {
	exit := new(exec.ExitError)
	return errors.As(err, &exit) && exit.ExitCode() == 1
}

// linesKept of a complaint are enough to see what is wrong, and little enough for a terminal and a journal.
const linesKept = 12

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-linesKept):], "\n")
}

// inherited are the variables that git, make and go may see. A build runs what a commit says, before anything was
// checked: it gets no key, no password and no flag of ours.
var inherited = []string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND",
	"GOPATH", "GOCACHE", "GOMODCACHE", "GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOTOOLCHAIN",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
}

func cleanEnv(more ...string) []string {
	env := []string{"LANG=C", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1"}
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return slices.Concat(env, more)
}
