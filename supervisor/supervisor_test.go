package supervisor_test

import (
	"strings"
	"testing"
)

func TestReload(t *testing.T) {
	t.Parallel()
	t.Run("ReplacesEveryWorker", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		before := f.serving()
		must(t, f.reload())
		after := f.serving()
		if after.Number != before.Number+1 || len(after.PIDs) != 2 {
			t.Fatalf("serving after reload: %+v", after)
		}
		if got := f.post("/"); !strings.HasPrefix(got, "2 ") {
			t.Fatalf("answered by %q, want generation 2", got)
		}
		f.await("the old generation to leave", func() bool { return len(f.census().Generations) == 1 })
	})
}
