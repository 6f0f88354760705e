package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/internal/config"
)

// samplePassword opens every sample record.
const samplePassword = "sample"

const samplePrice = 20_000

// addSamples pays at Toss Payments, in local mode at its fake, and stores what was paid: once as it is, once with a part
// refunded, once refunded in full.
func (p *program) addSamples(cfg *config.Config) error {
	secret := string(cfg.Vendors.Toss.Stores[config.DefaultStore].SecretKey)
	if !strings.HasPrefix(secret, "test_") {
		_, err := fmt.Fprintln(p.stdout, "no sample payments: TOSS_PAYMENTS_SECRET is no test key, and would move money")
		return err
	}
	gateway, err := toss.New(toss.Options{BaseURL: cfg.Vendors.Toss.BaseURL, SecretKey: secret})
	if err != nil {
		return err
	}
	client, err := api.New(api.Options{BaseURL: "http://" + localAPI(cfg),
		EncryptionKey: string(cfg.API.EncryptionKey), EncryptionIV: string(cfg.API.EncryptionIV)})
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	sampler := sampler{gateway, client, "http://" + localAPI(cfg) + "/payments/internal/webhook"}
	fmt.Fprintf(p.stdout, "sample payments, password %q:\n", samplePassword)
	for _, refund := range []int64{0, samplePrice / 4, samplePrice} {
		h, err := sampler.add(p.ctx, refund)
		if err != nil {
			return fmt.Errorf("add a sample payment: %w", err)
		}
		fmt.Fprintf(p.stdout, "  %s  ₩%s, of which ₩%d refunded\n", h.ID, h.Price, refund)
	}
	return nil
}

// sampler plays a customer and a service.
type sampler struct {
	gateway *toss.Client
	client  *api.Client
	webhook string
}

func (s sampler) add(ctx context.Context, refund int64) (*api.History, error) {
	order := uuid.NewString()
	payment, err := s.gateway.KeyIn(ctx, toss.CardPayment{CardNumber: "1111222233334444",
		CardExpirationYear: "30", CardExpirationMonth: "12", OrderID: order, Amount: money.New(samplePrice)})
	if err != nil {
		return nil, err
	}
	source := api.Source{Schema: "sample", Table: "orders", ID: order}
	h, err := s.client.StoreHistory(ctx, api.StoreHistory{
		Vendor: api.Vendor{Code: api.Toss, StoreID: config.DefaultStore, UID: payment.PaymentKey}, Source: source,
		Price: money.New(samplePrice), Password: samplePassword, WebhookURL: s.webhook,
	})
	if err != nil || refund == 0 {
		return h, err
	}
	return s.client.CancelHistory(ctx, api.CancelHistory{Source: source, Password: samplePassword, Price: money.New(refund), Reason: "a sample"})
}
