package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/api/wire"
)

// ErrWebhook is wrapped by every error of Receiver.Open: the body did not come
// from the server, or the keys are not the server's.
var ErrWebhook = errors.New("not a webhook of our payments-server")

// ReceiverOptions of NewReceiver. All are required.
type ReceiverOptions struct {
	EncryptionKey  string   // the deployment's API_ENCRYPTION_KEY
	EncryptionIV   string   // the deployment's API_ENCRYPTION_IV
	SigningSecrets []string // of WEBHOOK_SIGNING_SECRETS, whsec_…; any that signed will do
}

// String hides the keys from whoever prints the options.
func (ReceiverOptions) String() string { return "options of a payments-server webhook receiver" }

// GoString hides the keys from whoever prints the options.
func (o ReceiverOptions) GoString() string { return o.String() }

// Receiver reads the server's webhooks. It keeps none: a webhook comes at least
// once, and may be sent again by whoever saw it within the tolerance of its
// signature, so its taker should do nothing twice for one Webhook.ID. It is
// safe for concurrent use.
type Receiver struct {
	codec   *wire.Codec
	secrets *webhooksig.Secrets
}

// NewReceiver returns a Receiver that is ready.
func NewReceiver(o ReceiverOptions) (*Receiver, error) {
	codec, err := wire.NewCodec(o.EncryptionKey, o.EncryptionIV)
	if err != nil {
		return nil, fmt.Errorf("webhook receiver: %w", err)
	}
	secrets, err := webhooksig.NewSecrets(o.SigningSecrets...)
	if err != nil {
		return nil, fmt.Errorf("webhook receiver: %w", err)
	}
	return &Receiver{codec: codec, secrets: secrets}, nil
}

// Open verifies the signature of a body, every byte as it came, and decrypts it.
func (r *Receiver) Open(header http.Header, body []byte) (*Webhook, error) {
	if err := r.secrets.Verify(header, body, time.Now()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWebhook, err)
	}
	plain, err := r.codec.Open(nil, body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWebhook, err)
	}
	var w Webhook
	if json.Unmarshal(plain, &w) != nil { // its text would quote the payment
		return nil, fmt.Errorf("%w: its content has another form", ErrWebhook)
	}
	return &w, nil
}

// Handler answers the server, which sends a webhook again, for three days,
// unless it was taken: after an error of take, it comes again. The error is not
// told to anybody; take writes its own log.
func (r *Receiver) Handler(take func(context.Context, *Webhook) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
		if err != nil {
			http.Error(w, "the webhook did not arrive whole", http.StatusBadRequest)
			return
		}
		webhook, err := r.Open(request.Header, body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		if err := take(request.Context(), webhook); err != nil {
			http.Error(w, "the webhook was not taken; send it again", http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
