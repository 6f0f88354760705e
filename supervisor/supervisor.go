// Package supervisor keeps workers running and replaces them without losing a request.
package supervisor

import (
	"context"
	"errors"
)

// Run owns the sockets and the workers until ctx ends or TERM or INT arrives, then drains and stops. HUP starts a new
// generation of workers, USR2 replaces the supervisor itself. It may be called once per process.
func Run(ctx context.Context, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	return errors.ErrUnsupported
}
