package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"time"

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
	buffers := pool.Get().(*bodyBuffers)
	defer buffers.release()
	plain := &buffers.first
	plain.WriteString(`{"id":"` + w.Webhook.String() + `","source":`)
	plain.Write(source)
	plain.WriteString(`,"previous":`)
	plain.Write(previous)
	plain.WriteString(`,"current":`)
	plain.Write(current)
	plain.WriteByte('}')
	buffers.second = d.codec.Seal(buffers.second[:0], plain.Bytes())
	return bytes.Clone(buffers.second), nil // the client may read it even after the answer
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
