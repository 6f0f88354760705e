package monitor

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestPerformance(t *testing.T) {
	t.Parallel()
	debug.FreeOSMemory() // with -count, the ballast of the run before would be collected between the two looks
	before, err := Performance()
	if err != nil {
		t.Fatal(err)
	}
	ballast := make([]byte, 64<<20)
	for i := range ballast { // touch each page, and spend some time
		ballast[i] = byte(i)
	}
	after, err := Performance()
	// The kernel divides the time by what it saw at its ticks, which may all have come while it found pages for us.
	for end := time.Now().Add(time.Minute); err == nil && after.CPU.User <= before.CPU.User && time.Now().Before(end); {
		for i := range ballast {
			ballast[i]++
		}
		after, err = Performance()
	}
	if err != nil {
		t.Fatal(err)
	}
	if after.CPU.User <= before.CPU.User || after.CPU.User != after.Resource.UserCPUTime {
		t.Errorf("user time went from %d to %d µs (resource: %d)", before.CPU.User, after.CPU.User,
			after.Resource.UserCPUTime)
	}
	for name, grown := range map[string]int64{
		"rss": after.Memory.RSS - before.Memory.RSS, "heapUsed": after.Memory.HeapUsed - before.Memory.HeapUsed,
		"heapTotal": after.Memory.HeapTotal - before.Memory.HeapTotal,
	} {
		if grown < 50<<20 {
			t.Errorf("%s grew by %d bytes with 64 MiB in use", name, grown)
		}
	}
	// maxRSS is in KiB, rss in bytes.
	if after.Resource.MaxRSS*1024 < after.Memory.RSS/2 || after.Resource.MaxRSS > 64<<20 {
		t.Errorf("maxRSS %d KiB beside rss %d bytes", after.Resource.MaxRSS, after.Memory.RSS)
	}
	runtime.KeepAlive(ballast)
}

func TestSystem_CommitOfMakeBuild(t *testing.T) {
	t.Parallel()
	facts := strings.Join([]string{
		"abc1234", "main", "abc1234def", "a subject", "a-subject", "a body\nof two lines", "Ann", "ann@example.com", "1700000000",
		"Bob", "bob@example.com", "1700000060", "v1 v2 \n",
	}, "\x1f")
	c := readCommit(base64.StdEncoding.EncodeToString([]byte(facts)), nil)
	if c.Hash != "abc1234def" || c.Branch != "main" || c.Body != "a body\nof two lines" || c.Author.Name != "Ann" ||
		c.Committer.Email != "bob@example.com" || c.CommittedOn != "1700000060" || len(c.Tags) != 2 ||
		len(c.CommittedAt) != len("2006-01-02 15:04:05") {
		t.Errorf("got %+v", c)
	}
}

func TestSystem_CommitOfPlainGoBuild(t *testing.T) {
	t.Parallel()
	c := readCommit("", map[string]string{"vcs.revision": "0123456789abcdef", "vcs.time": "2026-01-02T03:04:05Z"})
	if c.Hash != "0123456789abcdef" || c.ShortHash != "0123456" || c.CommittedOn != "1767323045" || c.Tags == nil {
		t.Errorf("got %+v", c)
	}
}

func TestSystem_HasEveryFieldOfTheContract(t *testing.T) {
	t.Parallel()
	s := System()
	if s.UID == "" || len(s.Arguments) == 0 || s.Package.Name == "" || s.Package.Dependencies == nil ||
		s.Package.DevDependencies == nil {
		t.Errorf("got %+v", s)
	}
}

// TestPerformance_IsWhatTheKernelSaysElsewhere compares with /proc/self/status, which has other units.
func TestPerformance_IsWhatTheKernelSaysElsewhere(t *testing.T) {
	t.Parallel()
	got, err := Performance()
	if err != nil {
		t.Fatal(err)
	}
	status := procStatus(t)
	// Taken one after the other, while other tests run. ru_maxrss also remembers the process that forked us, before
	// exec, which VmHWM does not: a go command of tens of MiB. A wrong unit would be a thousandfold.
	for name, c := range map[string]struct{ got, want, most int64 }{
		"rss in bytes":  {got.Memory.RSS, status["VmRSS"] << 10, 4},
		"maxRSS in KiB": {got.Resource.MaxRSS, status["VmHWM"], 30},
	} {
		if c.got < c.want/4 || c.got > c.most*c.want {
			t.Errorf("%s: %d, the kernel says %d", name, c.got, c.want)
		}
	}
	r := got.Resource
	for name, never := range map[string]int64{
		"arrayBuffers": got.Memory.ArrayBuffers, "sharedMemorySize": r.SharedMemorySize,
		"unsharedDataSize": r.UnsharedDataSize, "unsharedStackSize": r.UnsharedStackSize, "swappedOut": r.SwappedOut,
		"ipcSent": r.IPCSent, "ipcReceived": r.IPCReceived, "signalsCount": r.SignalsCount,
	} {
		if never != 0 {
			t.Errorf("%s is %d, and documented as always 0", name, never)
		}
	}
	if r.MinorPageFault == 0 || got.Memory.HeapUsed > got.Memory.HeapTotal {
		t.Errorf("got %+v", got)
	}
}

func procStatus(t *testing.T) map[string]int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	status := map[string]int64{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		if fields := strings.Fields(value); len(fields) > 0 {
			status[name], _ = strconv.ParseInt(fields[0], 10, 64) // some are names
		}
	}
	return status
}

// TestSystem_CommitOf has the script of make build tell what git tells: in a checkout, and in what an archive of it left.
func TestSystem_CommitOf(t *testing.T) {
	t.Parallel()
	git := func(t *testing.T, format string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "git", "log", "-1", "--format="+format).Output()
		if err != nil && os.Getenv("CI") == "" {
			t.Skip("this is no git checkout")
		}
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(string(out), "\n")
	}
	for name, place := range map[string]func(*testing.T) string{
		"ThisCheckout": func(*testing.T) string { return ".." },
		"ATarball":     unpackedTarball,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := git(t, "%H|%h|%s|%f|%an|%ae|%at|%cn|%ce|%ct")
			facts := func(question ...string) string {
				script := exec.CommandContext(t.Context(), "sh", append([]string{"scripts/commit-facts.sh"}, question...)...)
				script.Dir = place(t)
				out, err := script.Output()
				if err != nil {
					t.Fatal(err)
				}
				return strings.TrimSpace(string(out))
			}
			c := readCommit(facts(), nil)
			got := strings.Join([]string{c.Hash, c.Hash[:len(git(t, "%h"))], c.Subject, c.SanitizedSubject, c.Author.Name,
				c.Author.Email, c.AuthoredOn, c.Committer.Name, c.Committer.Email, c.CommittedOn}, "|")
			if got != want || strings.TrimSpace(c.Body) != strings.TrimSpace(git(t, "%b")) || c.Branch == "" ||
				c.ShortHash != c.Hash[:7] {
				t.Errorf("got %s on %q with body %q, want %s", got, c.Branch, c.Body, want)
			}
			at, err := time.Parse(time.RFC3339, facts("time"))
			if err != nil || strconv.FormatInt(at.Unix(), 10) != git(t, "%ct") || facts("commit") != c.Hash {
				t.Errorf("commit %s of %s: %v", facts("commit"), facts("time"), err)
			}
		})
	}
}

// unpackedTarball is what a tarball of this commit has, in a checkout of something else.
func unpackedTarball(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	unpack := exec.CommandContext(t.Context(), "sh", "-c",
		`git init --quiet "$0" && git -C .. archive HEAD scripts | tar -x -C "$0"`, dir)
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func TestSystem_Package(t *testing.T) {
	t.Parallel()
	dep := &debug.Module{Path: "example.com/dep", Version: "v1.2.3"}
	for name, c := range map[string]struct {
		info debug.BuildInfo
		tags []string
		want string
	}{
		"OfAServer": {debug.BuildInfo{Main: debug.Module{Path: module, Version: "v4.5.6"},
			Deps: []*debug.Module{dep}}, []string{"v1.0.0"}, "v4.5.6"},
		"OfMakeBuildAtATag": {debug.BuildInfo{Main: debug.Module{Path: module, Version: "(devel)"}, Deps: []*debug.Module{dep}},
			[]string{"stable", "v4.5.6"}, "v4.5.6"},
		"OfABuildWithoutAnyTag": {debug.BuildInfo{Main: debug.Module{Path: module}, Deps: []*debug.Module{dep}}, nil, "(devel)"},
		"InATestOfSomebodyElse": {debug.BuildInfo{Main: debug.Module{Path: "example.com/shop", Version: "v9.9.9"},
			Deps: []*debug.Module{dep, {Path: module, Version: "v4.5.6"}}}, []string{"v9.9.9"}, "v4.5.6"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := packageOf(&c.info, c.tags)
			if p.Version != c.want || fmt.Sprint(p.Dependencies) != "map[example.com/dep:v1.2.3]" || p.Name != module {
				t.Errorf("got %+v", p)
			}
		})
	}
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range modulePackage(nil).Scripts {
		target, ok := strings.CutPrefix(script, "make ")
		if !ok || !strings.Contains(string(makefile), "\n"+target+":") {
			t.Errorf("there is no %q", script)
		}
	}
	licence, err := os.ReadFile("../LICENSE")
	if err != nil || !strings.HasPrefix(string(licence), modulePackage(nil).License) {
		t.Errorf("the licence is not %s: %v", modulePackage(nil).License, err)
	}
}
