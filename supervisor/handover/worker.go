package handover

import (
	"context"
	"errors"
	"net/http"

	"github.com/samchon/payments-server/supervisor/ledger"
)

// ErrNotAWorker means that this process was not started by a supervisor.
var ErrNotAWorker = errors.New("not started by a supervisor")

// Worker is this process as its supervisor sees it.
type Worker struct {
	generation, slot int
	counters         *ledger.Ledger
}

// Inherit takes over what the supervisor gave to this process. Call it once, before anything else opens a descriptor.
// It returns ErrNotAWorker outside of a supervisor.
func Inherit() (*Worker, error) { return nil, ErrNotAWorker }

// Generation is the number of the generation that this worker belongs to.
func (w *Worker) Generation() int { return w.generation }

// Slot tells the workers of one generation apart: 1, 2, …
func (w *Worker) Slot() int { return w.slot }

// Counters is the ledger on the supervisor's /metrics: what is added here outlives this process.
func (w *Worker) Counters() *ledger.Ledger { return w.counters }

// Serve says that this worker is ready – call it when database, configuration and schema are fine – and serves srv on
// the API listener until the supervisor retires this worker, or ctx ends, and the last connection has gone. It returns
// nil then. It takes over srv's ConnState hook and wraps its Handler. With srv.TLSConfig set it serves TLS.
func (w *Worker) Serve(ctx context.Context, srv *http.Server) error {
	return errors.ErrUnsupported
}
