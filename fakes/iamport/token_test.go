package iamport_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/iamport"
)

func TestToken(t *testing.T) {
	t.Parallel()

	t.Run("LivesHalfAnHour", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		token := f.token()
		if lives := token.ExpiredAt.Sub(token.Now.Time); lives != 30*time.Minute {
			t.Errorf("lives %v, want 30m", lives)
		}
		header := http.Header{"Authorization": {token.AccessToken}}
		f.Clock().Advance(30*time.Minute - time.Second)
		if got := f.send(http.MethodGet, "/payments/x", header, ""); got.status != http.StatusNotFound {
			t.Errorf("in its last second: %d, want 404 of the payment", got.status)
		}
		f.Clock().Advance(time.Second)
		if got := f.send(http.MethodGet, "/payments/x", header, ""); got.status != http.StatusForbidden {
			t.Errorf("afterwards: %d, want 403", got.status)
		}
	})

	t.Run("IsGivenAgainWhileItLives", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		first := f.token()
		f.Clock().Advance(28 * time.Minute)
		again := f.token()
		if again.AccessToken != first.AccessToken || !again.ExpiredAt.Equal(first.ExpiredAt.Time) {
			t.Errorf("got %+v, want %+v once more", again, first)
		}
		f.Clock().Advance(2 * time.Minute)
		if renewed := f.token(); renewed.AccessToken == first.AccessToken {
			t.Error("got the expired token once more")
		}
	})

	t.Run("IsProlongedInItsLastMinute", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		first := f.token()
		f.Clock().Advance(29*time.Minute + 30*time.Second)
		again := f.token()
		if again.AccessToken != first.AccessToken {
			t.Error("got another token")
		}
		if longer := again.ExpiredAt.Sub(first.ExpiredAt.Time); longer != 5*time.Minute {
			t.Errorf("prolonged by %v, want 5m", longer)
		}
	})

	t.Run("IsTakenBareOrAsBearer", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		token := f.token().AccessToken
		for _, value := range []string{token, "Bearer " + token} {
			header := http.Header{"Authorization": {value}}
			if got := f.send(http.MethodGet, "/payments/x", header, ""); got.status != http.StatusNotFound {
				t.Errorf("%q: %d, want 404 of the payment", value, got.status)
			}
		}
	})

	t.Run("IsRefusedByEachStyleInItsWay", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, style iamport.Style) {
			want := http.StatusForbidden
			if style == iamport.Real {
				want = http.StatusUnauthorized
			}
			for _, header := range []http.Header{nil, {"Authorization": {"unknown"}}} {
				got := f.send(http.MethodGet, "/payments/x", header, "")
				if got.status != want || got.body == "" {
					f.Errorf("%v: %d %q, want %d and a body", header, got.status, got.body, want)
				}
			}
			wrong := f.send(http.MethodPost, "/users/getToken", jsonBody(), `{"imp_key":"a","imp_secret":"b"}`)
			if wrong.status != want {
				f.Errorf("wrong keys: %d, want %d", wrong.status, want)
			}
		})
	})

	t.Run("IsForgottenByPlan", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(1_000)
		f.Faults().MustAdd(fault.Plan{Kind: fault.ExpireToken, Method: http.MethodGet})
		f.read(p.ImpUID) // the client fetches another token
		var asked int
		for _, r := range f.Ledger().Requests() {
			if r.Path == "/users/getToken" {
				asked++
			}
		}
		if asked != 2 {
			t.Errorf("asked for %d tokens, want 2", asked)
		}
	})
}
