package worker_test

import (
	"sync"

	"github.com/samchon/payments-server/internal/payment"
)

// failpoint does something when a worker in this process reaches a step.
type failpoint struct {
	mu   sync.Mutex
	step payment.Step
	do   func()
}

func (f *failpoint) at(step payment.Step, do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.step, f.do = step, do
}

func (f *failpoint) reached(step payment.Step) {
	if do := f.take(step); do != nil {
		do() // which may have the worker reach other steps
	}
}

func (f *failpoint) take(step payment.Step) (do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.step == step {
		do, f.do = f.do, nil
	}
	return do
}
