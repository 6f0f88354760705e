// Package fakes runs the fake PGs together, each on its own port: the command
// `payments fakes`, and the local mode of `payments start`. A test of one PG has
// no use for it: iamport.New and toss.New make a fake each.
package fakes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/samchon/payments-server/fakes/iamport"
	"github.com/samchon/payments-server/fakes/toss"
)

// Where a payments server in local mode takes webhooks.
const (
	LocalIamportWebhook = "http://127.0.0.1:37821/payments/webhooks/iamport"
	LocalTossWebhook    = "http://127.0.0.1:37821/payments/webhooks/toss"
)

// Options of Listen and Run; the zero value is the local mode of a machine.
type Options struct {
	IamportAddress string // iamport.DefaultAddress when empty
	TossAddress    string // toss.DefaultAddress when empty
	// The webhooks go to the Local… addresses when empty.
	IamportWebhook string
	TossWebhook    string
	// Real imitates the real PGs where they differ from the fakes that the
	// published clients were written against.
	Real   bool
	Logger *slog.Logger // slog.Default when nil
}

// Fakes are the running fakes. Wait ends them.
type Fakes struct {
	Iamport *iamport.Server
	Toss    *toss.Server
	running []fake
}

// fake is what every vendor's server is to this package.
type fake interface {
	Listen(address string) error
	URL() string
	Done() <-chan error
	Close() error
}

// Listen returns when every fake answers on its port. A taken port is an error,
// and then none is left running.
func Listen(o Options) (*Fakes, error) {
	f := &Fakes{Iamport: iamport.New(o.iamport()), Toss: toss.New(o.toss())}
	for _, vendor := range []struct {
		name    string
		address string
		fake    fake
	}{
		{"iamport", cmp.Or(o.IamportAddress, iamport.DefaultAddress), f.Iamport},
		{"toss", cmp.Or(o.TossAddress, toss.DefaultAddress), f.Toss},
	} {
		f.running = append(f.running, vendor.fake)
		if err := vendor.fake.Listen(vendor.address); err != nil {
			return nil, errors.Join(fmt.Errorf("fake %s: %w", vendor.name, err), f.close())
		}
		o.logger().Info("fake PG listens", "vendor", vendor.name, "url", vendor.fake.URL())
	}
	return f, nil
}

// Run runs the fakes until ctx ends or one of them fails.
func Run(ctx context.Context, o Options) error {
	f, err := Listen(o)
	if err != nil {
		return err
	}
	return f.Wait(ctx)
}

// Wait returns after ctx has ended, or a fake has failed, and all are closed.
func (f *Fakes) Wait(ctx context.Context) error {
	var err error
	select {
	case <-ctx.Done():
	case err = <-f.Iamport.Done():
	case err = <-f.Toss.Done():
	}
	return errors.Join(err, f.close())
}

func (f *Fakes) close() error {
	var errs []error
	for _, fake := range f.running {
		errs = append(errs, fake.Close())
	}
	return errors.Join(errs...)
}

func (o Options) logger() *slog.Logger { return cmp.Or(o.Logger, slog.Default()) }

func (o Options) iamport() iamport.Options {
	options := iamport.Options{WebhookURL: cmp.Or(o.IamportWebhook, LocalIamportWebhook)}
	if o.Real {
		options.Style = iamport.Real
	}
	return options
}

func (o Options) toss() toss.Options {
	options := toss.Options{WebhookURL: cmp.Or(o.TossWebhook, LocalTossWebhook)}
	if o.Real {
		options.Style = toss.Real
	}
	return options
}
