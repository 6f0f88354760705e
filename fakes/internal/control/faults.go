package control

import (
	"errors"
	"net/http"

	"github.com/samchon/payments-server/fakes/fault"
)

func (h handler) listFaults(w http.ResponseWriter, _ *http.Request) {
	write(w, h.Faults.List())
}

func (h handler) addFault(w http.ResponseWriter, r *http.Request) {
	var plan fault.Plan
	if !read(w, r, &plan) {
		return
	}
	added, err := h.Faults.Add(plan)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	write(w, added)
}

func (h handler) clearFaults(w http.ResponseWriter, _ *http.Request) {
	h.Faults.Clear()
	w.WriteHeader(http.StatusNoContent)
}

func (h handler) removeFault(w http.ResponseWriter, r *http.Request) {
	if !h.Faults.Remove(r.PathValue("id")) {
		refuse(w, http.StatusNotFound, errors.New("no such fault plan"))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (h handler) seedFaults(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Seed uint64 `json:"seed"`
	}
	if !read(w, r, &body) {
		return
	}
	h.Faults.Seed(body.Seed)
	w.WriteHeader(http.StatusNoContent)
}
