package release_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/updater/release"
)

// homeWith has releases that are called so, the last one the newest.
func homeWith(t *testing.T, names ...string) release.Home {
	t.Helper()
	h := release.Home(t.TempDir())
	for i, name := range names {
		must(t, os.MkdirAll(h.Dir(name), 0o755))
		must(t, os.WriteFile(h.Binary(name), nil, 0o755))
		at := time.Now().Add(time.Duration(i-len(names)) * time.Hour)
		must(t, os.Chtimes(h.Dir(name), at, at))
	}
	return h
}

func TestHome_Point(t *testing.T) {
	t.Parallel()
	h := homeWith(t, "a", "b")
	if name, err := h.Pointed(release.Current); name != "" || err != nil {
		t.Errorf("before the first update current is %q, %v", name, err)
	}
	for _, name := range []string{"a", "b", "b", "a"} {
		must(t, h.Point(release.Current, name))
		through, err := filepath.EvalSymlinks(h.Through(release.Current))
		must(t, err)
		if !strings.HasSuffix(through, "/releases/"+name+"/payments") {
			t.Errorf("current leads to %s, want release %s", through, name)
		}
		if got := h.NameOf(through); got != name {
			t.Errorf("%s is release %q, want %s", through, got, name)
		}
	}
	if err := h.Point(release.Current, "none"); err == nil {
		t.Error("current was pointed to a release that is not there")
	}
	if name, err := h.Pointed(release.Current); name != "a" || err != nil {
		t.Errorf("after that current is %q, %v, want a", name, err)
	}
}

func TestHome_NameOfAProgramThatIsNoRelease(t *testing.T) {
	t.Parallel()
	if name := homeWith(t).NameOf("/usr/local/bin/payments"); name != "" {
		t.Errorf("it is release %q, want none", name)
	}
}

func TestHome_Prune(t *testing.T) {
	t.Parallel()
	h := homeWith(t, "oldest", "good", "running", "old", "leased", "recent", "newest")
	must(t, h.Point(release.LastGood, "good"))
	must(t, h.Point(release.Current, "running"))
	must(t, h.Prune(2, "leased"))
	left, err := filepath.Glob(filepath.Join(string(h), "releases", "*"))
	must(t, err)
	for i := range left {
		left[i] = filepath.Base(left[i])
	}
	if want := []string{"good", "leased", "newest", "recent", "running"}; !slices.Equal(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
}
