package iamport_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/iamport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a fake that listens, and a shop's client of it.
type fixture struct {
	*testing.T
	*iamport.Server
	client *api.Client
	http   *http.Client
}

// start returns a fake whose clock stands still.
func start(t *testing.T, o iamport.Options) fixture {
	t.Helper()
	if o.Clock == nil {
		o.Clock = clock.NewStopped(time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC))
	}
	server := iamport.New(o)
	if err := server.Listen(""); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	browser := &http.Client{Transport: transport}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		transport.CloseIdleConnections()
	})
	client := api.New(api.Options{
		BaseURL: server.URL(), Key: iamport.DefaultKey, Secret: iamport.DefaultSecret,
		HTTPClient: browser, Now: server.Clock().Now,
	})
	return fixture{t, server, client, browser}
}

// inBothStyles runs a test against a fresh fake of each style.
func inBothStyles(t *testing.T, test func(f fixture, style iamport.Style)) {
	t.Helper()
	for name, style := range map[string]iamport.Style{"Reference": iamport.Reference, "Real": iamport.Real} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(start(t, iamport.Options{Style: style}), style)
		})
	}
}

func order(amount int64) api.Order {
	return api.Order{MerchantUID: uuid.NewString(), Name: "티셔츠", Amount: money.New(amount)}
}

func card() api.CardInput {
	return api.CardInput{CardNumber: "1111-2222-3333-4444", Expiry: "2030-12", Birth: "880311"}
}

func (f fixture) payByCard(amount int64) api.Payment {
	f.Helper()
	return must(f.client.Onetime(f.Context(), api.OnetimeRequest{CardInput: card(), Order: order(amount)}))(f)
}

func (f fixture) openVBank(amount int64, lives time.Duration) api.Payment {
	f.Helper()
	return must(f.client.CreateVBank(f.Context(), api.VBankRequest{
		MerchantUID: uuid.NewString(), Amount: money.New(amount), VBankCode: "SHINHAN",
		VBankDue: api.Unix(f.Clock().Now().Add(lives)), VBankHolder: "홍길동",
	}))(f)
}

func (f fixture) read(impUID string) api.Payment {
	f.Helper()
	return must(f.client.GetPayment(f.Context(), impUID))(f)
}

func (f fixture) cancel(p api.Payment, amount int64) (api.Payment, error) {
	part := money.New(amount)
	return f.client.Cancel(f.Context(), api.CancelRequest{
		ImpUID: p.ImpUID, Amount: &part, Reason: "test",
		RefundHolder: "홍길동", RefundBank: "신한은행", RefundAccount: "110-123-456789",
	})
}

// must returns the value of a call that may not fail.
func must[T any](value T, err error) func(f fixture) T {
	return func(f fixture) T {
		f.Helper()
		if err != nil {
			f.Fatal(err)
		}
		return value
	}
}

// wantRefusal checks that a call was refused as the style refuses business.
func (f fixture) wantRefusal(err error, style iamport.Style) {
	f.Helper()
	var refusal *api.Error
	if !errors.As(err, &refusal) {
		f.Fatalf("got %v, want a refusal", err)
	}
	status, code := http.StatusUnprocessableEntity, 0
	if style == iamport.Real {
		status, code = http.StatusOK, 1
	}
	if refusal.Status != status || refusal.Code != code {
		f.Errorf("refused with %d, code %d; want %d, code %d", refusal.Status, refusal.Code, status, code)
	}
}

func (f fixture) wantBalance(impUID string, want int64) {
	f.Helper()
	if _, totals := f.Ledger().Payment(impUID); !totals.Balance().Equal(money.New(want)) {
		f.Errorf("the ledger holds %v, want %d", totals.Balance(), want)
	}
}

// webhooks returns the statuses that were told of a payment, in order.
func (f fixture) webhooks(impUID string) []string {
	f.Helper()
	ctx, cancel := context.WithTimeout(f.Context(), 10*time.Second)
	defer cancel()
	if err := f.WaitWebhooks(ctx); err != nil {
		f.Fatal(err)
	}
	var events []string
	for _, hook := range f.Webhooks() {
		if hook.Payment == impUID {
			events = append(events, hook.Event)
		}
	}
	return events
}

// answer is a raw HTTP answer.
type answer struct {
	status int
	header http.Header
	body   string
}

// send makes a raw request, with a token unless the header has one.
func (f fixture) send(method, path string, header http.Header, body string) answer {
	f.Helper()
	request, err := http.NewRequestWithContext(f.Context(), method, f.URL()+path, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	request.Header = header
	response, err := f.http.Do(request)
	if err != nil {
		f.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		f.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(read)}
}

func jsonBody() http.Header { return http.Header{"Content-Type": {"application/json"}} }

func (f fixture) token() api.Token {
	f.Helper()
	form := url.Values{"imp_key": {iamport.DefaultKey}, "imp_secret": {iamport.DefaultSecret}}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	got := f.send(http.MethodPost, "/users/getToken", header, form.Encode())
	var envelope struct {
		Response api.Token `json:"response"`
	}
	if err := json.Unmarshal([]byte(got.body), &envelope); err != nil {
		f.Fatalf("getToken answered %d %s", got.status, got.body)
	}
	return envelope.Response
}

func (f fixture) authorized() http.Header {
	header := jsonBody()
	header.Set("Authorization", f.token().AccessToken)
	return header
}

func decodeJSON(r *http.Request, into any) error { return json.NewDecoder(r.Body).Decode(into) }
