package supervisor

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Limits that an Options leaves at zero take these values.
const (
	defaultWorkers      = 2
	defaultReadyTimeout = 30 * time.Second
	defaultProbation    = 3 * time.Second
	defaultDrainBudget  = 10 * time.Minute
	defaultStopBudget   = 20 * time.Second

	defaultHealthTimeout = 2 * time.Second
)

// Release names which build of the workers a generation is made of.
type Release int

const (
	// Current is the newest build: what a reload tries.
	Current Release = iota
	// LastGood is the newest blessed build: what a start, an upgrade and a crash restart use.
	LastGood
)

// Options say what the supervisor owns and what it runs. API, Admin and Command are required.
type Options struct {
	API   string // address of the API listener, "127.0.0.1:37821"
	Admin string // address of the admin listener; keep it on loopback

	Workers int // processes per generation

	// Command returns the argument vector of a worker. It is asked once per generation, and again for every crash
	// restart. Return the resolved path of the release, not a symbolic link that may flip while the generation lives,
	// and treat LastGood as Current as long as nothing was ever blessed.
	Command func(Release) ([]string, error)
	// Env returns the environment of a worker, read anew for every generation. Nil: the supervisor's own.
	Env func() ([]string, error)
	// Blessed is told the argument vector of a generation that survived its probation: the moment to move last-good.
	Blessed func(argv []string) error
	// Serving is told the bound addresses once, when the first generation serves.
	Serving func(api, admin string)

	// Health is the path that is requested from every worker, over a connection of its own; a status below 500 in
	// time is healthy. Without it "/" is asked.
	Health string
	// Metrics is the path at which a worker's Inner handler tells what is true of itself, in Prometheus' format, and
	// SharedMetrics that of what is true of something that all workers share: one of them is asked. Empty: nobody is.
	Metrics, SharedMetrics string
	// SystemPassword guards POST /reload and POST /upgrade (Authorization: Bearer …). Empty: both are refused.
	SystemPassword string
	// PIDFile names the process to signal; it changes hands only at USR2.
	PIDFile string

	Log        *slog.Logger            // the supervisor's own log
	Output     io.Writer               // where the workers' lines go, whole; os.Stderr if nil
	Pages      func(View) http.Handler // what the admin listener answers on every other path
	Collectors []prometheus.Collector  // exposed on /metrics beside the ledger and the supervisor's own

	HealthTimeout time.Duration // a worker that does not answer for its health in this time hangs

	ReadyTimeout time.Duration // a generation that is not ready by then is killed
	Probation    time.Duration // how long a new generation can still be undone
	DrainBudget  time.Duration // an old generation is cut after this
	StopBudget   time.Duration // how long requests in progress may take when everything stops

	// CloseConnections switches the moving of idle connections off: every client is told `Connection: close` instead.
	CloseConnections bool
}

// complete fills in the defaults and names the first field that cannot work.
func (o *Options) complete() error {
	switch {
	case o.API == "":
		return errors.New("options: API address is missing")
	case o.Admin == "":
		return errors.New("options: Admin address is missing")
	case o.Admin == o.API: // tableflip tells listeners apart by their address as it is written
		return fmt.Errorf("options: API and Admin are both %s", o.API)
	case o.Command == nil:
		return errors.New("options: Command is missing")
	}
	o.fillFaces()
	orElse(&o.Workers, defaultWorkers)
	orElse(&o.Health, "/")
	orElse(&o.HealthTimeout, defaultHealthTimeout)
	orElse(&o.ReadyTimeout, defaultReadyTimeout)
	orElse(&o.Probation, defaultProbation)
	orElse(&o.DrainBudget, defaultDrainBudget)
	orElse(&o.StopBudget, defaultStopBudget)
	return nil
}

func (o *Options) fillFaces() {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Output == nil {
		o.Output = os.Stderr
	}
	if o.Env == nil {
		o.Env = func() ([]string, error) { return os.Environ(), nil }
	}
	if o.Blessed == nil {
		o.Blessed = func([]string) error { return nil }
	}
	if o.Serving == nil {
		o.Serving = func(string, string) {}
	}
	if o.Pages == nil {
		o.Pages = func(View) http.Handler { return http.NotFoundHandler() }
	}
}

// lastOutput is where workers write when nobody reads their lines any more.
func (o *Options) lastOutput() *os.File {
	if f, ok := o.Output.(*os.File); ok {
		return f
	}
	return os.Stderr
}

func orElse[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
