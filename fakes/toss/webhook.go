package toss

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/courier"
)

// realLadder holds the waits before the real gateway's seven further attempts: 3
// days and 19 hours in all. https://docs.tosspayments.com/guides/webhook
var realLadder = []time.Duration{
	1 * time.Minute, 4 * time.Minute, 16 * time.Minute, 64 * time.Minute,
	256 * time.Minute, 1024 * time.Minute, 4096 * time.Minute,
}

// Statuses that PAYMENT_STATUS_CHANGED tells of.
var (
	referenceNews = []api.Status{
		api.StatusWaitingForDeposit, api.StatusDone, api.StatusCanceled, api.StatusPartialCanceled,
	}
	realNews = []api.Status{
		api.StatusDone, api.StatusCanceled, api.StatusPartialCanceled, api.StatusAborted, api.StatusExpired,
	}
)

// newCourier makes the one that sends. In the real style nothing but a 200 ends
// its attempts.
func (s *Server) newCourier() *courier.Courier {
	return courier.New(courier.Options{
		Clock: s.clock, Faults: s.faults, Keep: keepWebhooks, URL: s.options.WebhookURL, Ladder: s.Settings().ladder(),
		Retry: func(status int) bool { return status != http.StatusOK && (s.real() || status/100 != 2) },
		Stamp: s.stamp,
	})
}

// stamp adds the headers that the real gateway tells attempts apart by.
func (s *Server) stamp(h http.Header, id int64, attempt int) {
	if !s.real() {
		return
	}
	h.Set("tosspayments-webhook-transmission-id", strconv.FormatInt(id, 10))
	h.Set("tosspayments-webhook-transmission-time", s.clock.Now().In(api.KST).Format(time.RFC3339))
	h.Set("tosspayments-webhook-transmission-retried-count", strconv.Itoa(attempt-1))
}

// announce tells the shop of a payment's new status, where the style does.
func (s *Server) announce(p *payment, cause fault.Cause) {
	news := referenceNews
	if s.real() {
		news = realNews
	}
	if slices.Contains(news, p.Status) {
		s.send(p, api.EventPaymentStatusChanged, s.statusChanged(p), cause)
	}
	if s.settings.Load().DepositCallback && p.VirtualAccount != nil && p.Status != api.StatusExpired {
		s.send(p, api.EventDepositCallback, s.depositCallbackOf(p), cause)
	}
}

func (s *Server) send(p *payment, event string, envelope any, cause fault.Cause) {
	body, err := json.Marshal(envelope)
	if err != nil {
		panic("fake toss: encode a webhook: " + err.Error()) // its fields are all of ours
	}
	s.webhooks.Send(courier.Message{
		Payment: p.PaymentKey,
		Cause:   cause,
		Event:   event + " " + string(p.Status),
		Header:  http.Header{"Content-Type": {"application/json"}},
		Body:    body,
	})
}

// news is the reference's whole webhook.
type news struct {
	PaymentKey string     `json:"paymentKey"`
	OrderID    string     `json:"orderId"`
	Status     api.Status `json:"status"`
}

// notice is a webhook as the fake's own receiver reads it.
type notice struct {
	Data news `json:"data"`
}

type envelope struct {
	EventType string `json:"eventType"`
	CreatedAt string `json:"createdAt,omitempty"`
	Data      any    `json:"data"`
}

func (s *Server) statusChanged(p *payment) envelope {
	if !s.real() {
		return envelope{EventType: api.EventPaymentStatusChanged, Data: news{p.PaymentKey, p.OrderID, p.Status}}
	}
	// Korean time, and not a word of it.
	createdAt := s.clock.Now().In(api.KST).Format("2006-01-02T15:04:05.000000")
	return envelope{EventType: api.EventPaymentStatusChanged, CreatedAt: createdAt, Data: json.RawMessage(p.body)}
}

// deposited is the one envelope that does not say what it is.
type deposited struct {
	CreatedAt      string     `json:"createdAt"`
	Secret         string     `json:"secret"`
	Status         api.Status `json:"status"`
	TransactionKey string     `json:"transactionKey"`
	OrderID        string     `json:"orderId"`
}

func (s *Server) depositCallbackOf(p *payment) deposited {
	key := p.TransactionKey
	if s.real() {
		key = p.LastTransactionKey
	}
	return deposited{
		CreatedAt:      s.clock.Now().In(api.KST).Format("2006-01-02T15:04:05.000000-07:00"),
		Secret:         p.Secret,
		Status:         p.Status,
		TransactionKey: key,
		OrderID:        p.OrderID,
	}
}

// receiveWebhook is a receiver of webhooks at the fake itself, where the
// reference's go when nobody configured another. It believes what it is told.
func (s *Server) receiveWebhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.fail(w, r, malformed("the body is cut off"))
		return
	}
	if _, err := s.perform(call{Request: r, body: body}, with(s, webhookShapes, s.believe)); err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
}

func (s *Server) believe(_ call, in notice) ([]byte, error) {
	p, err := s.find(in.Data.PaymentKey)
	if err != nil {
		return nil, err
	}
	p.Status = in.Data.Status
	s.changed(p)
	return nil, nil
}
