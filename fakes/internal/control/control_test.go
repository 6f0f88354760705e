package control_test

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/iamport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a fake Iamport: the control is shared, and one vendor shows it all.
type fake struct {
	*testing.T
	*iamport.Server
	client *api.Client
	http   *http.Client
}

func start(t *testing.T) fake {
	t.Helper()
	server := iamport.New(iamport.Options{})
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
		BaseURL: server.URL(), Key: iamport.DefaultKey, Secret: iamport.DefaultSecret, HTTPClient: browser,
	})
	return fake{t, server, client, browser}
}

// call makes a control request, checks its status and decodes its answer.
func (f fake) call(method, path, body string, want int, into any) {
	f.Helper()
	request, err := http.NewRequestWithContext(f.Context(), method, f.URL()+"/__fake/"+path, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	response, err := f.http.Do(request)
	if err != nil {
		f.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		f.Fatal(err)
	}
	if response.StatusCode != want {
		f.Fatalf("%s %s answered %d %s, want %d", method, path, response.StatusCode, answer, want)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(answer, into); err != nil {
		f.Fatalf("%s %s answered %s: %v", method, path, answer, err)
	}
}

func (f fake) openVBank() api.Payment {
	f.Helper()
	p, err := f.client.CreateVBank(f.Context(), api.VBankRequest{
		MerchantUID: "order", Amount: money.New(1_000), VBankCode: "1", VBankHolder: "홍길동",
		VBankDue: api.Unix(f.Clock().Now().Add(time.Hour)),
	})
	if err != nil {
		f.Fatal(err)
	}
	return p
}

func (f fake) status(impUID string) api.Status {
	f.Helper()
	p, err := f.client.GetPayment(f.Context(), impUID)
	if err != nil {
		f.Fatal(err)
	}
	return p.Status
}

// wantError makes a request that a plan is to refuse.
func (f fake) wantError(text string) {
	f.Helper()
	_, err := f.client.CreateVBank(f.Context(), api.VBankRequest{})
	if err == nil || !strings.Contains(err.Error(), text) {
		f.Errorf("got %v, want %q", err, text)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	f := start(t)
	var plan struct{ ID string }
	f.call("POST", "faults", `{"kind":"reject","path":"/vbanks","status":429}`, 200, &plan)
	f.wantError("429")
	var list []struct {
		Kind, ID string
		Struck   int
	}
	f.call("GET", "faults", "", 200, &list)
	if len(list) != 1 || list[0].ID != plan.ID || list[0].Struck != 1 {
		t.Errorf("plans = %+v", list)
	}
	f.call("DELETE", "faults/"+plan.ID, "", 204, nil)
	f.call("DELETE", "faults/"+plan.ID, "", 404, nil)
	f.call("POST", "faults", `{"kind":"reject","path":"/vbanks","code":"-1","message":"점검 중"}`, 200, nil)
	f.wantError("점검 중")
	f.call("DELETE", "faults", "", 204, nil)
	f.call("POST", "faults", `{"kind":"reject","code":"REJECTED"}`, 400, nil)
	f.call("PUT", "faults/seed", `{"seed":7}`, 204, nil)
	f.call("POST", "faults", `{"kind":"explode"}`, 400, nil)
	f.call("POST", "faults", `{"kind":"drop","pathh":"/vbanks"}`, 400, nil)
	f.call("POST", "faults", `{"kind":"drop"}`, 200, nil)
	f.call("DELETE", "faults", "", 204, nil)
	f.call("GET", "faults", "", 200, &list)
	if len(list) != 0 {
		t.Errorf("after clearing: %+v", list)
	}
}

func TestClock_IsMoved(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.openVBank()
	var clock struct {
		Now     time.Time
		Running bool
	}
	f.call("POST", "clock/stop", "", 200, &clock)
	before := clock.Now
	if clock.Running {
		t.Error("runs after it was stopped")
	}
	f.call("POST", "clock/advance", `{"by":"1h"}`, 200, &clock)
	if moved := clock.Now.Sub(before); moved != time.Hour {
		t.Errorf("moved by %v, want 1h", moved)
	}
	if status := f.status(p.ImpUID); status != api.StatusFailed {
		t.Errorf("the virtual account is %s an hour later, want failed", status)
	}
	f.call("POST", "clock/advance", `{"by":"-1h"}`, 400, nil)
	f.call("POST", "clock/advance", `{"by":3600}`, 400, nil)
	f.call("POST", "clock/start", "", 200, &clock)
	if !clock.Running {
		t.Error("stands after it was started")
	}
}

func TestPayments_AreActedOn(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.openVBank()
	var list []struct {
		ID, Order, Status string
		Actions           []string
	}
	f.call("GET", "payments?limit=10", "", 200, &list)
	if len(list) != 1 || list[0].ID != p.ImpUID || strings.Join(list[0].Actions, " ") != "deposit fail expire cancel" {
		t.Fatalf("payments = %+v", list)
	}
	f.call("POST", "payments/"+p.ImpUID+"/deposit", "", 204, nil)
	if status := f.status(p.ImpUID); status != api.StatusPaid {
		t.Errorf("%s after the deposit, want paid", status)
	}
	f.call("POST", "payments/"+p.ImpUID+"/expire", "", 409, nil)
	f.call("POST", "payments/"+p.ImpUID+"/dance", "", 409, nil)
	f.call("POST", "payments/unknown/cancel", "", 404, nil)
	f.call("POST", "payments/"+p.ImpUID+"/cancel", "", 204, nil)
	if status := f.status(p.ImpUID); status != api.StatusCancelled {
		t.Errorf("%s after the cancel, want cancelled", status)
	}
}

func TestOptions_AreChanged(t *testing.T) {
	t.Parallel()
	f := start(t)
	var got iamport.Settings
	f.call("GET", "options", "", 200, &got)
	if got.Style != iamport.Reference || got.WebhookForm || got.Sandbox || got.WebhookRetries != nil {
		t.Errorf("at first %+v", got)
	}
	f.call("PUT", "options", `{"style":"real","webhook_retries":["1m","1m"]}`, 200, &got)
	f.call("PUT", "options", `{"webhook_form":true}`, 200, &got)
	want := iamport.Settings{
		Style: iamport.Real, WebhookForm: true, WebhookRetries: clock.Durations{time.Minute, time.Minute},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("two PUTs have made it %+v, want %+v", got, want)
	}
	for _, wrong := range []string{
		`{"style":"imaginary"}`, `{"webhook_retries":["-1m"]}`, `{"webhook_retries":[60]}`,
		`{"webhook_from":true}`, `[]`,
	} {
		f.call("PUT", "options", wrong, 400, nil)
	}
	if f.Settings().Style != iamport.Real {
		t.Error("a refused PUT changed something")
	}
	if _, err := f.client.GetPayment(t.Context(), "unknown"); err == nil || !strings.Contains(err.Error(), "code -1") {
		t.Errorf("got %v, want the real style's envelope", err)
	}
}

func TestReset_ForgetsEverything(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.openVBank()
	f.call("POST", "faults", `{"kind":"drop","path":"/nowhere"}`, 200, nil)
	f.call("POST", "reset", "", 204, nil)
	for _, path := range []string{"payments", "faults", "requests", "webhooks"} {
		var list []any
		f.call("GET", path, "", 200, &list)
		if len(list) != 0 {
			t.Errorf("%s = %v", path, list)
		}
	}
}

func TestControl_RefusesPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	f := start(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL()+"/__fake/reset", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := f.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("answered %d, want 403", response.StatusCode)
	}
}
