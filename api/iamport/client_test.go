package iamport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/iamport"
)

// gateway answers /users/getToken with tokens t1, t2, … and everything else
// with its handler.
type gateway struct {
	*httptest.Server
	tokens atomic.Int64
	// now and lives are the gateway's own clock.
	now, lives int64
}

func open(t *testing.T, handle http.HandlerFunc) *gateway {
	t.Helper()
	g := &gateway{now: 1_000_000, lives: 1800}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /users/getToken", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"code":0,"message":null,"response":{"access_token":"t%d","now":%d,"expired_at":%d}}`,
			g.tokens.Add(1), g.now, g.now+g.lives)
	})
	mux.HandleFunc("/", handle)
	g.Server = httptest.NewServer(mux)
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) client(now func() time.Time) *iamport.Client {
	return iamport.New(iamport.Options{BaseURL: g.URL + "/", Key: "key", Secret: "secret", HTTPClient: g.Client(), Now: now})
}

func answerPayment(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, `{"code":0,"message":null,"response":{ "imp_uid": "imp_1" }}`)
}

func TestClient_KeepsTheGatewaysBytes(t *testing.T) {
	t.Parallel()
	g := open(t, answerPayment)
	p, err := g.client(nil).GetPayment(t.Context(), "imp_1")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(p.Raw), `{ "imp_uid": "imp_1" }`; got != want {
		t.Errorf("Raw = %s, want %s", got, want)
	}
}

func TestClient_EscapesIdentifiers(t *testing.T) {
	t.Parallel()
	g := open(t, func(w http.ResponseWriter, r *http.Request) {
		if got, want := r.URL.EscapedPath(), "/payments/a%2Fb%20c"; got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
		answerPayment(w, r)
	})
	if _, err := g.client(nil).GetPayment(t.Context(), "a/b c"); err != nil {
		t.Error(err)
	}
}

// TestClient_KeepsBillingKeysOutOfErrors, which are written into logs: a customer_uid
// is one.
func TestClient_KeepsBillingKeysOutOfErrors(t *testing.T) {
	t.Parallel()
	const secret = "the-billing-key"
	refusing := open(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	hangingUp := open(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	redirecting := open(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1"+r.URL.Path, http.StatusTemporaryRedirect)
	})
	for name, client := range map[string]*iamport.Client{
		"a refusal": refusing.client(nil), "no answer": hangingUp.client(nil), "a redirect to nowhere": redirecting.client(nil),
	} {
		_, got := client.GetSubscription(t.Context(), secret)
		_, created := client.CreateSubscription(t.Context(), secret, iamport.SubscriptionRequest{CustomerUID: secret})
		_, deleted := client.DeleteSubscription(t.Context(), secret)
		for _, err := range []error{got, created, deleted} {
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestClient_Errors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   iamport.Error
		text   string
	}{
		{
			"a code other than 0 with HTTP 200", 200, `{"code":1,"message":"취소할 금액이 없습니다","response":null}`,
			iamport.Error{Status: 200, Code: 1, Message: "취소할 금액이 없습니다"},
			"GET /payments/{imp_uid}: iamport answered 200, code 1: 취소할 금액이 없습니다",
		},
		{
			"the reference fake's body", 422, `{"statusCode":422,"message":"too much","error":"Unprocessable Entity"}`,
			iamport.Error{Status: 422, Message: "too much"},
			"GET /payments/{imp_uid}: iamport answered 422: too much",
		},
		{
			"a body that is no JSON", 502, `<html>`,
			iamport.Error{Status: 502},
			"GET /payments/{imp_uid}: iamport answered 502: Bad Gateway",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := open(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			})
			_, err := g.client(nil).GetPayment(t.Context(), "imp_1")
			var got *iamport.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want an *iamport.Error", err)
			}
			if got.Status != test.want.Status || got.Code != test.want.Code || got.Message != test.want.Message {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if string(got.Body) != test.body {
				t.Errorf("Body = %s", got.Body)
			}
			if err.Error() != test.text {
				t.Errorf("reads %q, want %q", err, test.text)
			}
		})
	}
}

func TestClient_NotFound(t *testing.T) {
	t.Parallel()
	g := open(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{"message":"no"}`, http.StatusNotFound) })
	_, err := g.client(nil).FindByMerchantUID(t.Context(), "order")
	if !errors.Is(err, iamport.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestClient_LostConnectionIsNoRefusal(t *testing.T) {
	t.Parallel()
	g := open(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := g.client(nil).Cancel(t.Context(), iamport.CancelRequest{ImpUID: "imp_1"})
	var refusal *iamport.Error
	if err == nil || errors.As(err, &refusal) {
		t.Errorf("got %v, want an error that is not the gateway's", err)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()

	t.Run("IsFetchedOnceForAllCallers", func(t *testing.T) {
		t.Parallel()
		g := open(t, answerPayment)
		client := g.client(nil)
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				if _, err := client.GetPayment(t.Context(), "imp_1"); err != nil {
					t.Error(err)
				}
			})
		}
		callers.Wait()
		if got := g.tokens.Load(); got != 1 {
			t.Errorf("fetched %d tokens, want 1", got)
		}
	})

	t.Run("IsReplacedBeforeItExpiresWhateverTheClocksSay", func(t *testing.T) {
		t.Parallel()
		g := open(t, answerPayment) // its clock stands in 1970
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		client := g.client(func() time.Time { return now })
		for _, step := range []struct {
			wait time.Duration
			want int64
		}{{0, 1}, {29 * time.Minute, 1}, {45 * time.Second, 2}} {
			now = now.Add(step.wait)
			if _, err := client.GetPayment(t.Context(), "imp_1"); err != nil {
				t.Fatal(err)
			}
			if got := g.tokens.Load(); got != step.want {
				t.Errorf("after %v: %d tokens, want %d", step.wait, got, step.want)
			}
		}
	})

	t.Run("ServesForOneCallWhenBornExpired", func(t *testing.T) {
		t.Parallel()
		g := open(t, answerPayment)
		g.lives = -180 // as the reference fake's
		client := g.client(nil)
		for want := int64(1); want <= 2; want++ {
			if _, err := client.GetPayment(t.Context(), "imp_1"); err != nil {
				t.Fatal(err)
			}
			if got := g.tokens.Load(); got != want {
				t.Errorf("fetched %d tokens, want %d", got, want)
			}
		}
	})

	for name, refusal := range map[string]struct {
		status int
		body   string
	}{
		"401":                     {401, `{"code":-1,"message":"Unauthorized","response":null}`},
		"403":                     {403, `{"statusCode":403,"message":"The token has been expired."}`},
		"404 of an unknown token": {404, `{"statusCode":404,"message":"Unable to find the matched token."}`},
	} {
		t.Run("IsReplacedOnceAfter/"+name, func(t *testing.T) {
			t.Parallel()
			var forgotten atomic.Bool
			var calls atomic.Int64
			g := open(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				if forgotten.Load() && r.Header.Get("Authorization") == "t1" {
					http.Error(w, refusal.body, refusal.status)
					return
				}
				answerPayment(w, r)
			})
			client := g.client(nil)
			for range 2 {
				if _, err := client.GetPayment(t.Context(), "imp_1"); err != nil {
					t.Fatal(err)
				}
				forgotten.Store(true)
			}
			if tokens, calls := g.tokens.Load(), calls.Load(); tokens != 2 || calls != 3 {
				t.Errorf("%d tokens for %d calls, want 2 for 3", tokens, calls)
			}
		})
	}

	t.Run("IsNotReplacedWhenItIsFresh", func(t *testing.T) {
		t.Parallel()
		g := open(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{}`, http.StatusForbidden) })
		if _, err := g.client(nil).GetPayment(t.Context(), "imp_1"); err == nil {
			t.Error("no error")
		}
		if got := g.tokens.Load(); got != 1 {
			t.Errorf("fetched %d tokens, want 1", got)
		}
	})

	t.Run("IsWaitedForNoLongerThanTheContext", func(t *testing.T) {
		t.Parallel()
		asked, release := make(chan struct{}), make(chan struct{})
		slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(asked)
			<-release
		}))
		defer slow.Close()
		client := iamport.New(iamport.Options{BaseURL: slow.URL})
		first, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := client.GetPayment(first, "imp_1")
			done <- err
		}()
		<-asked
		waiting, giveUp := context.WithCancel(t.Context())
		giveUp()
		if _, err := client.GetPayment(waiting, "imp_2"); !errors.Is(err, context.Canceled) {
			t.Errorf("the second caller got %v, want context.Canceled", err)
		}
		close(release)
		cancel()
		if err := <-done; err == nil {
			t.Error("the first caller got no error")
		}
	})
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	options := iamport.Options{Key: "the-key", Secret: "the-secret"}
	card := iamport.OnetimeRequest{CardInput: iamport.CardInput{CardNumber: "4111-1111-1111-1111", CVC: "999"}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		text := fmt.Sprintf(verb+verb, options, card)
		for _, secret := range []string{"the-key", "the-secret", "4111", "999"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}
