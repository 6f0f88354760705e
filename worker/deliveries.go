package worker

import (
	"context"
	"encoding/json"
	"net/netip"

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

var _ webhook.Rows = deliveries{}

// notification is an api.Webhook whose records were presented when they were stored.
type notification struct {
	ID       string          `json:"id"`
	Source   api.Source      `json:"source"`
	Previous json.RawMessage `json:"previous"`
	Current  json.RawMessage `json:"current"`
}

// Load implements webhook.Rows.
func (d deliveries) Load(ctx context.Context, ids []uuid.UUID) ([]webhook.Delivery, error) {
	stored, err := d.Webhooks(ctx, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]webhook.Delivery, len(stored))
	for _, w := range stored {
		found[w.ID] = d.delivery(w)
	}
	all := make([]webhook.Delivery, len(ids))
	for i, id := range ids {
		delivery, ok := found[id]
		if !ok {
			delivery.Err = webhook.ErrNotFound
		}
		all[i] = delivery
	}
	return all, nil
}

func (d deliveries) delivery(w store.Webhook) webhook.Delivery {
	if w.Err != nil {
		return webhook.Delivery{Err: w.Err}
	}
	plain, err := json.Marshal(notification{
		ID:       w.ID.String(),
		Source:   api.Source{Schema: w.Source.Schema, Table: w.Source.Table, ID: w.Source.ID},
		Previous: w.Previous, Current: w.Current,
	})
	if err != nil {
		return webhook.Delivery{Err: err}
	}
	return webhook.Delivery{State: w.State, URL: w.URL, Body: d.codec.Seal(nil, plain), Behind: w.Behind}
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
