// Package feed wakes those who watch when something has changed. It does not
// say what: they look for themselves, and a change nobody watches costs nothing.
package feed

import "sync"

// Feed is ready as its zero value.
type Feed struct {
	mu   sync.Mutex
	next chan struct{} // closed by the next Publish; nil when nobody watches
}

// Changed returns a channel that is closed by the next change. Ask for it first
// and look second, and no change is missed.
func (f *Feed) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.next = make(chan struct{})
	}
	return f.next
}

// Publish wakes everybody.
func (f *Feed) Publish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next != nil {
		close(f.next)
		f.next = nil
	}
}
