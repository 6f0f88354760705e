package worker

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/internal/payment"
)

// maxWebhook bounds a PG's webhook, which nobody has authenticated.
const maxWebhook = 64 << 10

// webhookTimeout is longer than the 10 s that PGs wait for an answer: huma leaves
// it on the connection, where it ends the request itself.
const webhookTimeout = 15 * time.Second

// pgWebhook is a request of a PG: its body, whatever it is.
type pgWebhook struct {
	ContentType string `header:"Content-Type"`
	RawBody     []byte
}

func (s *server) iamportWebhook(ctx context.Context, in *pgWebhook) (*struct{}, error) {
	uid, status, ok := readIamport(in)
	if !ok {
		return nil, newProblem(ctx, codeInvalidBody, "Want imp_uid and status, as JSON or as a form.")
	}
	return nil, s.announce(ctx, payment.Iamport, uid, status != "ready" && status != "failed")
}

// readIamport reads both forms that Iamport's console offers.
func readIamport(in *pgWebhook) (uid, status string, ok bool) {
	if strings.HasPrefix(in.ContentType, "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(in.RawBody))
		return form.Get("imp_uid"), form.Get("status"), err == nil && form.Get("imp_uid") != ""
	}
	var hint struct {
		ImpUID string `json:"imp_uid"`
		Status string `json:"status"`
	}
	err := json.Unmarshal(in.RawBody, &hint)
	return hint.ImpUID, hint.Status, err == nil && hint.ImpUID != ""
}

func (s *server) tossWebhook(ctx context.Context, in *pgWebhook) (*struct{}, error) {
	hook, err := toss.ParseWebhook(in.RawBody)
	switch {
	case err != nil:
		return nil, newProblem(ctx, codeInvalidBody, "Want one of Toss Payments' webhook envelopes, as JSON.")
	case hook.EventType == toss.EventDepositCallback && !(storable(hook.OrderID) && storable(hook.Secret)):
		return nil, newProblem(ctx, codeInvalidBody, "The order's id or the secret is not one of the gateway's.")
	case hook.EventType == toss.EventDepositCallback:
		return nil, told(ctx, s.payments.AnnounceDeposit(ctx, payment.Toss, hook.OrderID, hook.Secret))
	case hook.PaymentKey == "": // an event of something else, such as a payout
		return nil, nil
	}
	return nil, s.announce(ctx, payment.Toss, hook.PaymentKey, hook.Status != toss.StatusWaitingForDeposit)
}

func (s *server) announce(ctx context.Context, code payment.VendorCode, uid string, lasting bool) error {
	if len(uid) > 200 || !storable(uid) {
		return newProblem(ctx, codeInvalidBody, "The payment's key is not one of the gateway's.")
	}
	return told(ctx, s.payments.Announce(ctx, code, uid, lasting))
}

// storable reports whether PostgreSQL takes a text: nobody has authenticated whoever
// sends it, and what he sends is no failure of ours.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func told(ctx context.Context, err error) error {
	if err != nil {
		return problemOf(ctx, err)
	}
	return nil
}

// swallowWebhook answers the sealed empty text: the original's empty body made
// its own SDK throw.
func (s *server) swallowWebhook(context.Context, *struct{ Body api.Webhook }) (*struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}, error) {
	return &struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}{"text/plain; charset=utf-8", s.codec.Seal(nil, nil)}, nil
}

func (s *server) health(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
