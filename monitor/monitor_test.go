package monitor

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestPerformance(t *testing.T) {
	t.Parallel()
	before, err := Performance()
	if err != nil {
		t.Fatal(err)
	}
	ballast := make([]byte, 64<<20)
	for i := range ballast { // touch each page, and spend some time
		ballast[i] = byte(i)
	}
	after, err := Performance()
	if err != nil {
		t.Fatal(err)
	}
	if after.CPU.User <= before.CPU.User || after.CPU.User != after.Resource.UserCPUTime {
		t.Errorf("user time went from %d to %d µs (resource: %d)", before.CPU.User, after.CPU.User, after.Resource.UserCPUTime)
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
	if ballast[len(ballast)-1] != byte(len(ballast)-1) {
		t.Error("the ballast is gone")
	}
}

func TestSystem_CommitOfMakeBuild(t *testing.T) {
	t.Parallel()
	facts := strings.Join([]string{
		"abc1234", "main", "abc1234def", "a subject", "a-subject", "a body\nof two lines", "Ann", "ann@example.com", "1700000000",
		"Bob", "bob@example.com", "1700000060", "v1 v2 \n",
	}, "\x1f")
	c := readCommit(base64.StdEncoding.EncodeToString([]byte(facts)), nil)
	if c.Hash != "abc1234def" || c.Branch != "main" || c.Body != "a body\nof two lines" || c.Author.Name != "Ann" ||
		c.Committer.Email != "bob@example.com" || c.CommittedOn != "1700000060" || len(c.Tags) != 2 || len(c.CommittedAt) != len("2006-01-02 15:04:05") {
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

func TestSystem_Package(t *testing.T) {
	t.Parallel()
	s := System()
	if s.UID == "" || len(s.Arguments) == 0 || s.Package.Name == "" || s.Package.Dependencies == nil || s.Package.DevDependencies == nil {
		t.Errorf("got %+v", s)
	}
}
