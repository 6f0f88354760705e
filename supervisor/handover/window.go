package handover

import "sync/atomic"

// A worker lets a part of its connections go at a time: a client whose connection is on its way waits until it has
// arrived, and the fewer travel together the sooner that is. With 64 connections of a worker, p99 of the clients rose to
// 3.2 and 4.6 times in two runs with all at once, to 2.0 and 3.0 with eight. Many are sent in larger parts, because each
// part is chosen from all of them.
const (
	narrowest = 8
	widest    = 128
	parts     = 8
)

// window is how many connections are on their way, and how many may be. One that finds no room stays and is served
// here: a slow receiver slows the drain, not the clients.
type window struct {
	used, size atomic.Int32
}

// fit opens the window for a part of so many connections and returns the room that it has left.
func (w *window) fit(connections int) (room int) {
	size := min(max(connections/parts, narrowest), widest)
	w.size.Store(int32(size))
	return size - int(w.used.Load())
}

// enter takes a place, if there is one.
func (w *window) enter() bool {
	if w.used.Add(1) > w.size.Load() {
		w.used.Add(-1)
		return false
	}
	return true
}

func (w *window) leave() { w.used.Add(-1) }
