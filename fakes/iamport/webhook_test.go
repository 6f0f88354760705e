package iamport_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/iamport"
)

// TestWebhookFaults_StrikeWhateverCausedIt: a request, the payment window, and
// what a person does by the page.
func TestWebhookFaults_StrikeWhateverCausedIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path  string // of the cause
		cause func(f fixture) (impUID string)
	}{
		"Request": {"/vbanks", func(f fixture) string { return f.openVBank(1_000, time.Hour).ImpUID }},
		"Checkout": {"/checkout/*/pay", func(f fixture) string {
			return f.payAtCheckout(`{"merchant_uid":"a","amount":1000}`)
		}},
		"People": {"/__fake/payments/*/deposit", func(f fixture) string {
			p := f.openVBank(1_000, time.Hour)
			if err := f.Act(f.Context(), p.ImpUID, iamport.Deposit); err != nil {
				f.Fatal(err)
			}
			return p.ImpUID
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := openShop(t)
			f := start(t, iamport.Options{WebhookURL: shop.URL})
			plan := f.Faults().MustAdd(fault.Plan{Kind: fault.DuplicateWebhook, Path: test.path})
			f.Faults().MustAdd(fault.Plan{Kind: fault.LoseWebhook, Path: "/another/cause"})
			told := f.webhooks(test.cause(f))
			if got := shop.got(); len(got) != len(told)+1 || got[len(got)-1] != got[len(got)-2] {
				t.Errorf("received %v of %v, want the last twice", got, told)
			}
			if hook := f.Webhooks()[len(told)-1]; !slices.Equal(hook.Faults, []fault.Kind{plan.Kind}) {
				t.Errorf("the log tells of %v", hook.Faults)
			}
		})
	}
}

// payAtCheckout pays in a window, without a browser.
func (f fixture) payAtCheckout(order string) (impUID string) {
	f.Helper()
	window := f.openWindow(order)
	f.choose(window, "pay")
	return path.Base(window)
}

// openWindow returns the path of a payment window.
func (f fixture) openWindow(order string) (window string) {
	f.Helper()
	var opened struct{ Path string }
	if err := json.Unmarshal([]byte(f.send(http.MethodPost, "/checkout", nil, order).body), &opened); err != nil {
		f.Fatal(err)
	}
	return opened.Path
}

func (f fixture) choose(window, choice string) {
	f.Helper()
	if got := f.send(http.MethodPost, window+"/"+choice, nil, ""); got.status != http.StatusOK {
		f.Fatalf("the window answered %d %s", got.status, got.body)
	}
}

func TestWebhook(t *testing.T) {
	t.Parallel()

	t.Run("SaysThreeThings", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t)
		f := start(t, iamport.Options{WebhookURL: shop.URL})
		p := f.payByCard(10_000)
		f.webhooks(p.ImpUID)
		want := `{"imp_uid":"` + p.ImpUID + `","merchant_uid":"` + p.MerchantUID + `","status":"paid"}`
		if got := shop.got(); !slices.Equal(got, []string{want}) {
			t.Errorf("received %v, want %s", got, want)
		}
	})

	t.Run("MayBeAForm", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t)
		f := start(t, iamport.Options{WebhookURL: shop.URL, WebhookForm: true})
		p := f.payByCard(10_000)
		f.webhooks(p.ImpUID)
		want := "imp_uid=" + p.ImpUID + "&merchant_uid=" + p.MerchantUID + "&status=paid"
		if got := shop.got(); !slices.Equal(got, []string{want}) {
			t.Errorf("received %v, want %s", got, want)
		}
	})

	t.Run("HeedsSettingsThatChange", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t, 500)
		f := start(t, iamport.Options{WebhookURL: shop.URL})
		err := f.Configure(iamport.Settings{WebhookForm: true, WebhookRetries: clock.Durations{time.Minute}})
		if err != nil {
			t.Fatal(err)
		}
		f.webhooks(f.payByCard(10_000).ImpUID)
		f.Clock().Advance(time.Minute)
		if got := shop.got(); len(got) != 2 || !strings.HasPrefix(got[1], "imp_uid=") {
			t.Errorf("received %v, want a form, twice", got)
		}
	})

	t.Run("FindsTheStateItSpeaksOf", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		states := make(chan api.Status, 10)
		shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			var hook api.Webhook
			if err := decodeJSON(r, &hook); err != nil {
				t.Error(err)
			}
			states <- f.read(hook.ImpUID).Status
		}))
		defer shop.Close()
		f.SetWebhookURL(shop.URL)
		p := f.payByCard(10_000)
		must(f.cancel(p, 10_000))(f)
		f.webhooks(p.ImpUID)
		if first, second := <-states, <-states; first == "" || second != api.StatusCancelled {
			t.Errorf("the receiver read %s and %s", first, second)
		}
	})

	t.Run("IsTriedAgainWhenTheShopAsksForIt", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t, 503, 503)
		minute := time.Minute
		f := start(t, iamport.Options{
			WebhookURL: shop.URL, WebhookRetries: []time.Duration{minute, minute, minute, minute, minute},
		})
		p := f.payByCard(10_000)
		f.webhooks(p.ImpUID)
		f.Clock().Advance(time.Hour)
		if got := shop.got(); len(got) != 3 {
			t.Errorf("received %d, want 3", len(got))
		}
	})
}

// shop receives webhooks, and answers with the statuses it is given, then 200.
type shop struct {
	*httptest.Server
	mu       sync.Mutex
	received []string
	answers  []int
}

func openShop(t *testing.T, answers ...int) *shop {
	t.Helper()
	s := &shop{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.received = append(s.received, string(body))
		if len(s.answers) > 0 {
			w.WriteHeader(s.answers[0])
			s.answers = s.answers[1:]
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *shop) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}
