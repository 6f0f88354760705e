package control

import (
	"errors"
	"net/http"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
)

func (h handler) readClock(w http.ResponseWriter, _ *http.Request) {
	write(w, struct {
		Now     time.Time `json:"now"`
		Running bool      `json:"running"`
	}{h.Clock.Now(), h.Clock.Running()})
}

// advanceClock answers when everything that falls due has happened.
func (h handler) advanceClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		By clock.Duration `json:"by"`
	}
	if !read(w, r, &body) {
		return
	}
	if body.By < 0 {
		refuse(w, http.StatusBadRequest, errors.New("the clock does not go back"))
		return
	}
	h.Clock.Advance(time.Duration(body.By))
	h.readClock(w, r)
}

func (h handler) stopClock(w http.ResponseWriter, r *http.Request) {
	h.Clock.Stop()
	h.readClock(w, r)
}

func (h handler) startClock(w http.ResponseWriter, r *http.Request) {
	h.Clock.Start()
	h.readClock(w, r)
}
