package httpload

import (
	"context"
	"syscall"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"
)

// Lap is what one load saw.
type Lap struct {
	Calls    int
	Requests int // of the calls: one each, unless a call makes several
	Took     time.Duration
	Own      time.Duration           // CPU time of this process, the load's own cost
	Latency  *hdrhistogram.Histogram // in microseconds; nil where nothing was timed
}

// PerSecond is the rate.
func (l Lap) PerSecond() float64 { return float64(l.Calls) / l.Took.Seconds() }

// OwnPerCall is what the load itself spent on a call.
func (l Lap) OwnPerCall() time.Duration {
	if l.Calls == 0 {
		return 0
	}
	return l.Own / time.Duration(l.Calls)
}

// Percentile is the latency that p of 100 calls stayed below.
func (l Lap) Percentile(p float64) time.Duration {
	if l.Latency == nil {
		return 0
	}
	return time.Duration(l.Latency.ValueAtQuantile(p)) * time.Microsecond
}

// NewLatency is an empty histogram, from a microsecond to a minute at three digits.
func NewLatency() *hdrhistogram.Histogram { return hdrhistogram.New(1, time.Minute.Microseconds(), 3) }

// Load is what the connections do.
type Load struct {
	Address     string
	Header      string // of each request, lines that end in CRLF
	Connections int
	// Call makes its requests on the connection. n counts the calls of one connection.
	Call func(c *Client, connection, n int) error
}

// Closed lets every connection make its next call as soon as it has the answer,
// for the duration: what a server can do at most.
func (l Load) Closed(ctx context.Context, d time.Duration) (Lap, error) {
	clients, err := l.dial()
	defer closeAll(clients)
	if err != nil {
		return Lap{}, err
	}
	defer context.AfterFunc(ctx, func() { closeAll(clients) })() // wakes those who wait for an answer
	laps := make([]Lap, len(clients))
	cpu, began := OwnCPU(), time.Now()
	all, ctx := errgroup.WithContext(ctx)
	for i, c := range clients {
		laps[i].Latency = NewLatency()
		all.Go(func() error { return l.drive(ctx, c, i, began.Add(d), &laps[i]) })
	}
	err = all.Wait()
	return sum(laps, time.Since(began), OwnCPU()-cpu), err
}

func (l Load) dial() (clients []*Client, err error) {
	for range l.Connections {
		c, err := Dial(l.Address, l.Header)
		if err != nil {
			return clients, err
		}
		clients = append(clients, c)
	}
	return clients, nil
}

func closeAll(clients []*Client) {
	for _, c := range clients {
		c.Close()
	}
}

// drive makes the calls of one connection.
func (l Load) drive(ctx context.Context, c *Client, connection int, end time.Time, lap *Lap) error {
	if err := c.until(end); err != nil {
		return err
	}
	for ctx.Err() == nil {
		began := time.Now()
		if !began.Before(end) {
			break
		}
		if err := l.Call(c, connection, lap.Calls); err != nil {
			return err
		}
		lap.took(time.Since(began))
	}
	lap.Requests = c.Calls
	return ctx.Err()
}

// OwnCPU is the CPU time that this process has used, of all its threads.
func OwnCPU() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0 // it never fails for RUSAGE_SELF
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
