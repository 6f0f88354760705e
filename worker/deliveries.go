package worker

import (
	"context"
	"encoding/json"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/store"
	"github.com/samchon/payments-server/internal/webhook"
)

// deliveries are the stored webhooks, in the form in which a service reads them.
type deliveries struct {
	*store.Store
	codec *wire.Codec
}

var _ webhook.Outbox = deliveries{}

// Claim implements webhook.Outbox.
func (d deliveries) Claim(ctx context.Context, most int, lease time.Duration) ([]webhook.Delivery, error) {
	claimed, err := d.ClaimWebhooks(ctx, most, lease)
	if err != nil {
		return nil, err
	}
	all := make([]webhook.Delivery, len(claimed))
	for i := range claimed {
		w := &claimed[i]
		all[i] = w.Delivery
		all[i].Body = func() ([]byte, error) { return d.body(w) }
	}
	return all, nil
}

// body is an api.Webhook, sealed. Its records were presented when they were stored: they
// are JSON that need not be looked at again.
func (d deliveries) body(w *store.Webhook) ([]byte, error) {
	previous, current, err := d.OpenWebhook(w)
	if err != nil {
		return nil, err
	}
	source, err := json.Marshal(api.Source{Schema: w.Source.Schema, Table: w.Source.Table, ID: w.Source.ID})
	if err != nil {
		return nil, err
	}
	const frame = len(`{"id":"","source":,"previous":,"current":}`) + len(uuid.Nil)*2 + 4
	plain := make([]byte, 0, frame+len(source)+len(previous)+len(current))
	plain = append(append(plain, `{"id":"`...), w.Webhook.String()...)
	plain = append(append(plain, `","source":`...), source...)
	plain = append(append(plain, `,"previous":`...), previous...)
	plain = append(append(plain, `,"current":`...), current...)
	return d.codec.Seal(nil, append(plain, '}')), nil
}

func webhookSecrets(c config.Webhooks) (*webhooksig.Secrets, error) {
	texts := make([]string, len(c.SigningSecrets))
	for i, s := range c.SigningSecrets {
		texts[i] = string(s)
	}
	return webhooksig.NewSecrets(texts...)
}

// webhookNetworks are the networks that deliveries may go to besides public ones.
func webhookNetworks(c *config.Config) []netip.Prefix {
	if c.Mode != config.Local {
		return c.Webhooks.AllowedCIDRs
	}
	return append([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		c.Webhooks.AllowedCIDRs...)
}
