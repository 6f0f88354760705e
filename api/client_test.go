package api_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/paymentstest"
	"github.com/samchon/payments-server/api/wire"
)

const password = "some-password"

// paid is a payment at Iamport, and the request to store it.
func paid(t *testing.T, s *paymentstest.Server) api.StoreHistory {
	t.Helper()
	source := newOrder()
	payment, err := s.Iamport.Onetime(t.Context(), iamport.OnetimeRequest{
		CardInput: iamport.CardInput{CardNumber: "1234-1234-1234-1234", Expiry: "2030-12", Birth: "880311"},
		Order:     iamport.Order{MerchantUID: source.ID, Amount: money.New(20_000), Name: "an order"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return api.StoreHistory{
		Vendor: api.Vendor{Code: api.Iamport, StoreID: "default", UID: payment.ImpUID}, Source: source,
		Price: money.New(20_000), Password: password, WebhookURL: s.Webhooks.URL,
	}
}

func TestClient_Histories(t *testing.T) {
	t.Parallel()
	s := paymentstest.Open(t)
	in := paid(t, s)
	stored, err := s.Client.StoreHistory(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	byID, err := s.Client.History(t.Context(), stored.ID, password)
	if err != nil {
		t.Fatal(err)
	}
	bySource, err := s.Client.HistoryBySource(t.Context(), in.Source, password)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []*api.History{stored, byID, bySource} {
		payment, err := h.Iamport()
		if err != nil || payment.ImpUID != in.Vendor.UID || h.ID != stored.ID || h.Source != in.Source {
			t.Errorf("read %s of %s: %v", h.ID, h.Source, err)
		}
		if age := time.Since(h.CreatedAt.Time); age < -time.Minute || age > time.Minute || h.CreatedAt.Location() != time.UTC {
			t.Errorf("created at %v", h.CreatedAt)
		}
		if _, err := h.Toss(); err == nil {
			t.Error("a payment at Iamport was read as one at Toss")
		}
	}
}

func TestClient_Reservations(t *testing.T) {
	t.Parallel()
	s := paymentstest.Open(t)
	source := newOrder()
	if _, err := s.Iamport.CreateSubscription(t.Context(), source.ID, iamport.SubscriptionRequest{
		CardInput: iamport.CardInput{CardNumber: "1234-1234-1234-1234", Expiry: "2030-12", Birth: "880311"},
	}); err != nil {
		t.Fatal(err)
	}
	stored, err := s.Client.StoreReservation(t.Context(), api.StoreReservation{
		Vendor: api.Vendor{Code: api.Iamport, StoreID: "default", UID: source.ID}, Source: source, Title: "a card", Password: password,
	})
	if err != nil {
		t.Fatal(err)
	}
	byID, err := s.Client.Reservation(t.Context(), stored.ID, password)
	if err != nil {
		t.Fatal(err)
	}
	bySource, err := s.Client.ReservationBySource(t.Context(), source, password)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*api.Reservation{stored, byID, bySource} {
		card, err := r.Iamport()
		if err != nil || card.CustomerUID != source.ID || r.ID != stored.ID || r.Title != "a card" {
			t.Errorf("read %s, %q: %v", r.ID, r.Title, err)
		}
	}
}

func TestClient_Monitors(t *testing.T) {
	t.Parallel()
	s := paymentstest.Open(t)
	if err := s.Client.Health(t.Context()); err != nil {
		t.Error(err)
	}
	if p, err := s.Client.Performance(t.Context()); err != nil || p.Memory.RSS == 0 {
		t.Errorf("performance: %+v, %v", p, err)
	}
	if system, err := s.Client.System(t.Context()); err != nil || uuid.Validate(system.UID) != nil {
		t.Errorf("system: %+v, %v", system, err)
	}
}

// losing carries requests to the server, and loses the first answer on the way
// back, as often as it is told to.
type losing struct {
	next http.RoundTripper
	left atomic.Int32
}

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(r)
	if err != nil || l.left.Add(-1) < 0 {
		return response, err
	}
	response.Body.Close()
	return nil, io.ErrUnexpectedEOF
}

func TestClient_RefundsOnceWhenTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := paymentstest.Open(t)
	in := paid(t, s)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	lossy := &losing{next: transport}
	client, err := api.New(api.Options{
		BaseURL: s.URL, EncryptionKey: s.EncryptionKey, EncryptionIV: s.EncryptionIV, HTTPClient: &http.Client{Transport: lossy},
	})
	if err != nil {
		t.Fatal(err)
	}
	lossy.left.Store(1)
	if _, err := client.StoreHistory(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	lossy.left.Store(2)
	cancelled, err := client.CancelHistory(t.Context(), api.CancelHistory{
		Source: in.Source, Password: password, Price: money.New(7_000), Reason: "broken",
	})
	if err != nil {
		t.Fatal(err)
	}
	paid, err := s.Iamport.GetPayment(t.Context(), in.Vendor.UID)
	if err != nil {
		t.Fatal(err)
	}
	if len(cancelled.Cancels) != 1 || !paid.CancelAmount.Equal(money.New(7_000)) {
		t.Errorf("%d cancels, Iamport gave back %v; want 7000 once", len(cancelled.Cancels), paid.CancelAmount)
	}
}

func TestClient_Refusals(t *testing.T) {
	t.Parallel()
	s := paymentstest.Open(t)
	in := paid(t, s)
	if _, err := s.Client.StoreHistory(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	_, wrong := s.Client.HistoryBySource(t.Context(), in.Source, "wrong")
	_, unknown := s.Client.History(t.Context(), uuid.NewString(), password)
	_, noID := s.Client.History(t.Context(), "../monitors", password)
	_, tooMuch := s.Client.CancelHistory(t.Context(), api.CancelHistory{
		Source: in.Source, Password: password, Price: money.New(20_001), Reason: "r",
	})
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"a wrong password", wrong, 403, api.CodeWrongPassword},
		{"an unknown id", unknown, 404, api.CodeHistoryNotFound},
		{"what is no id", noID, 400, api.CodeInvalidBody},
		{"more than was paid", tooMuch, 422, api.CodePGDeclined},
	} {
		var p *api.Problem
		if !errors.As(c.err, &p) || p.Status != c.status || !api.IsCode(c.err, c.code) || p.Detail == "" || p.RequestID == "" {
			t.Errorf("%s: got %v, want %d %s", c.name, c.err, c.status, c.code)
		}
	}
	if api.IsCode(nil, api.CodeWrongPassword) || api.IsCode(io.EOF, "") {
		t.Error("what is no problem has a code")
	}
}

func TestClient_OfAnotherKey(t *testing.T) {
	t.Parallel()
	s := paymentstest.Open(t)
	in := paid(t, s)
	stranger, err := api.New(api.Options{BaseURL: s.URL + "/", EncryptionKey: strings.Repeat("k", 32), EncryptionIV: s.EncryptionIV})
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.CloseIdleConnections()
	if _, err := stranger.StoreHistory(t.Context(), in); !api.IsCode(err, api.CodeUndecryptableBody) {
		t.Errorf("a write: got %v", err)
	}
	if _, err := stranger.System(t.Context()); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("a read: got %v", err)
	}
}

// What another key makes of an answer ends in good padding once in 256 times.
func TestClient_OfAnotherKeyByLuck(t *testing.T) {
	t.Parallel()
	codec, err := wire.NewCodec(encryptionKey, encryptionIV)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{answers: []answer{{200, "", string(codec.Seal(nil, []byte("\x9c\x02 no JSON")))}}}
	if _, err := s.client(t).System(t.Context()); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("got %v", err)
	}
}

func TestClient_ReadsTheOriginalsErrors(t *testing.T) {
	t.Parallel()
	s := &script{answers: []answer{{404, "", `{"statusCode":404,"message":"Payment history not found.","error":"Not Found"}`}}}
	_, err := s.client(t).History(t.Context(), "h1", password)
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != 404 || p.Detail != "Payment history not found." {
		t.Errorf("got %v", err)
	}
}

func TestNew_Refuses(t *testing.T) {
	t.Parallel()
	good := api.Options{BaseURL: "http://payments.test", EncryptionKey: encryptionKey, EncryptionIV: encryptionIV}
	if _, err := api.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*api.Options){
		"no URL":           func(o *api.Options) { o.BaseURL = "" },
		"a URL of no host": func(o *api.Options) { o.BaseURL = "/payments" },
		"another scheme":   func(o *api.Options) { o.BaseURL = "postgres://payments.test" },
		"a short key":      func(o *api.Options) { o.EncryptionKey = "short" },
		"a short iv":       func(o *api.Options) { o.EncryptionIV = "short" },
	} {
		o := good
		spoil(&o)
		if _, err := api.New(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", good, good, good); strings.Contains(text, encryptionKey) {
		t.Errorf("%s tells the key", text)
	}
}

func TestNew_TakesEitherFormOfTheURL(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.Path) }))
	t.Cleanup(server.Close)
	for _, suffix := range []string{"", "/", "/payments", "/payments/"} {
		c, err := api.New(api.Options{BaseURL: server.URL + suffix, EncryptionKey: encryptionKey, EncryptionIV: encryptionIV})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.CloseIdleConnections)
		if err := c.Health(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if len(slices.Compact(asked)) != 1 {
		t.Errorf("asked for %q", asked)
	}
}
