package control

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/samchon/payments-server/fakes/internal/courier"
)

var errUnknownWebhook = errors.New("no such webhook")

func (h handler) listWebhooks(w http.ResponseWriter, r *http.Request) {
	write(w, newest(h.Courier.Log(), r))
}

func (h handler) resendWebhook(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || !h.Courier.Resend(id) {
		refuse(w, http.StatusNotFound, errUnknownWebhook)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// resendLast sends the newest webhook of a payment again.
func (h handler) resendLast(w http.ResponseWriter, r *http.Request) {
	for _, d := range slices.Backward(h.Courier.Log()) {
		if d.Payment == r.PathValue("id") && h.Courier.Resend(d.ID) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	refuse(w, http.StatusNotFound, errUnknownWebhook)
}

type webhookURL struct {
	URL string `json:"url"`
}

func (h handler) readWebhookURL(w http.ResponseWriter, _ *http.Request) {
	write(w, webhookURL{h.Courier.URL()})
}

// setWebhookURL accepts the empty URL: nobody listens then.
func (h handler) setWebhookURL(w http.ResponseWriter, r *http.Request) {
	var body webhookURL
	if !read(w, r, &body) {
		return
	}
	if err := courier.CheckURL(body.URL); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	h.Courier.SetURL(body.URL)
	h.readWebhookURL(w, r)
}
