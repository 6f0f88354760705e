package ledger

import (
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/sys/unix"
)

func mustNew(t *testing.T) *Ledger {
	t.Helper()
	l, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.unmap(); l.file.Close() })
	return l
}

// mustShare maps a ledger again, as another process would.
func mustShare(t *testing.T, l *Ledger) *Ledger {
	t.Helper()
	fd, err := unix.Dup(int(l.File().Fd()))
	if err != nil {
		t.Fatal(err)
	}
	other, err := Open(os.NewFile(uintptr(fd), "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.unmap(); other.file.Close() })
	return other
}

func TestLedger_IsOneSumForAllProcesses(t *testing.T) {
	t.Parallel()
	a := mustNew(t)
	b := mustShare(t, a)
	const each = 10_000
	var all sync.WaitGroup
	for _, l := range []*Ledger{a, b, a, b} {
		all.Go(func() {
			c := l.Counter("requests_total", "Requests.", "route", "/")
			for range each {
				c.Inc()
			}
		})
	}
	all.Wait()
	want := "# HELP requests_total Requests.\n# TYPE requests_total counter\nrequests_total{route=\"/\"} 40000\n"
	for _, l := range []*Ledger{a, b} {
		if err := testutil.CollectAndCompare(l, strings.NewReader(want), "requests_total"); err != nil {
			t.Error(err)
		}
	}
}

func TestLedger_AddsUpASeriesThatTwoProcessesEnteredAtOnce(t *testing.T) {
	t.Parallel()
	l := mustNew(t)
	s := series{counterKind, 0, join("requests_total", nil)}
	l.add(s).value.Add(3)
	l.add(s).value.Add(4)
	if got := testutil.ToFloat64(only{l, "requests_total"}); got != 7 {
		t.Errorf("sum %v, want 7", got)
	}
}

func TestLedger_SkipsARecordWhoseWriterWasKilled(t *testing.T) {
	t.Parallel()
	l := mustNew(t)
	l.table.header.used.Add(1) // reserved, never published
	l.Counter("a_total", "").Inc()
	if got := testutil.ToFloat64(only{l, "a_total"}); got != 1 {
		t.Errorf("a_total %v, want 1", got)
	}
}

func TestLedger_CountsWhatItHadToRefuse(t *testing.T) {
	t.Parallel()
	l := mustNew(t)
	l.table.header.used.Store(capacity)
	l.Counter("a_total", "").Inc()                                   // the help text and the counter
	l.Counter("b_total", "", "long", strings.Repeat("x", 300)).Inc() // and these
	if got := testutil.ToFloat64(only{l, "ledger_refused_series_total"}); got != 4 {
		t.Errorf("refused %v, want 4", got)
	}
}

func TestHistogram_PutsABoundIntoItsOwnBucket(t *testing.T) {
	t.Parallel()
	l := mustNew(t)
	h := l.Histogram("seconds", "Durations.", []float64{0.1, 1}, "route", "/")
	for _, v := range []float64{0.05, 0.1, 0.5, 1, 7} {
		h.Observe(v)
	}
	want := `# HELP seconds Durations.
# TYPE seconds histogram
seconds_bucket{route="/",le="0.1"} 2
seconds_bucket{route="/",le="1"} 4
seconds_bucket{route="/",le="+Inf"} 5
seconds_sum{route="/"} 8.65
seconds_count{route="/"} 5
`
	if err := testutil.CollectAndCompare(l, strings.NewReader(want), "seconds"); err != nil {
		t.Error(err)
	}
	if math.IsNaN(math.Float64frombits(h.sum.value.Load())) {
		t.Error("the sum is not a number")
	}
}

func TestLedger_OfNobodyTakesCounts(t *testing.T) {
	t.Parallel()
	var l *Ledger
	l.Counter("a_total", "Counts.").Inc()
	l.Histogram("seconds", "Durations.", []float64{1}).Observe(2)
}

func TestOpen_RefusesAnotherLayout(t *testing.T) {
	t.Parallel()
	l := mustNew(t)
	l.table.header.magic++
	fd, err := unix.Dup(int(l.File().Fd()))
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "ledger")
	defer f.Close()
	if _, err := Open(f); err == nil {
		t.Error("opened")
	}
	short, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer short.Close()
	if _, err := Open(short); err == nil {
		t.Error("opened an empty file")
	}
}

// only collects one name of a ledger.
type only struct {
	*Ledger
	name string
}

func (o only) Collect(ch chan<- prometheus.Metric) {
	all := make(chan prometheus.Metric)
	go func() { o.Ledger.Collect(all); close(all) }()
	for m := range all {
		if strings.Contains(m.Desc().String(), `"`+o.name+`"`) {
			ch <- m
		}
	}
}
