package toss_test

import (
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

func inEnglish(h http.Header) { h.Set("Accept-Language", "en-US") }

// failing asks for a code, and returns the gateway's answer.
func (f fixture) failing(code string, options ...toss.CallOption) *toss.Error {
	f.t.Helper()
	_, err := f.client.Confirm(f.t.Context(), toss.Confirmation{}, append(options, toss.TestCode(code))...)
	var answer *toss.Error
	if !errors.As(err, &answer) {
		f.t.Fatalf("asked for %s, got %v", code, err)
	}
	return answer
}

func TestTestCode(t *testing.T) {
	t.Parallel()
	t.Run("BringsEveryCodeOfTheTable", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		for _, row := range rowsOf(t, "codes.tsv") {
			status, code, korean, english := row[0], row[1], row[2], row[3]
			if got := f.failing(code); strconv.Itoa(got.Status) != status || got.Code != code || got.Message != korean {
				t.Errorf("%s: got %v", code, got)
			}
			if got := f.failing(code, inEnglish); got.Message != english {
				t.Errorf("%s in English: got %v", code, got)
			}
		}
	})
	t.Run("HasTheStatusOfTheRealGateway", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real})
		for code, status := range map[string]int{
			"ALREADY_PROCESSED_PAYMENT":                  400,
			"NOT_MATCHES_REFUNDABLE_AMOUNT":              400,
			"PROVIDER_ERROR":                             400, // although it may pass
			"UNAUTHORIZED_KEY":                           401,
			"REJECT_CARD_COMPANY":                        403,
			"REJECT_CARD_PAYMENT":                        403,
			"REJECT_ACCOUNT_PAYMENT":                     403,
			"FORBIDDEN_CONSECUTIVE_REQUEST":              403,
			"NOT_CANCELABLE_AMOUNT":                      403,
			"NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT": 403,
			"NOT_FOUND_PAYMENT_SESSION":                  404,
			"IDEMPOTENT_REQUEST_PROCESSING":              409,
			"COMMON_ERROR":                               500,
			"FAILED_INTERNAL_SYSTEM_PROCESSING":          500,
			"FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING":  500,
			"FAILED_REFUND_PROCESS":                      500,
			"FAILED_METHOD_HANDLING_CANCEL":              500,
			"FAILED_PARTIAL_REFUND":                      500,
			"UNKNOWN_PAYMENT_ERROR":                      500,
		} {
			if got := f.failing(code); got.Status != status || got.Code != code {
				t.Errorf("got %v, want %d %s", got, status, code)
			}
		}
	})
	t.Run("MustBeOneOfTheGatewaysOwn", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		if got := f.failing("NO_SUCH_CODE"); got.Status != 400 || got.Code != "INVALID_TEST_CODE" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("DoesNothingElse", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			waits := f.authenticated(1000)
			_, err := f.confirm(waits, toss.TestCode("REJECT_CARD_COMPANY"))
			wantRefusal(t, err, 403, "REJECT_CARD_COMPANY")
			f.wantHeld(waits.PaymentKey, 0)
		})
	})
}

// rowsOf reads a table with a heading.
func rowsOf(t *testing.T, file string) [][]string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for _, line := range strings.Split(strings.TrimSpace(string(content)), "\n")[1:] {
		rows = append(rows, strings.Split(line, "\t"))
	}
	return rows
}

func TestRefusal_SpeaksTheCallersLanguage(t *testing.T) {
	t.Parallel()
	f := start(t, fake.Options{Style: fake.Real})
	_, korean := f.client.Cancel(t.Context(), "unknown", toss.Cancellation{CancelReason: "변심"})
	_, english := f.client.Cancel(t.Context(), "unknown", toss.Cancellation{CancelReason: "변심"}, inEnglish)
	for err, want := range map[error]string{korean: "존재하지 않는 결제 정보 입니다.", english: "Not found payment."} {
		var answer *toss.Error
		if !errors.As(err, &answer) || answer.Message != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
