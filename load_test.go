package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	fakeiamport "github.com/samchon/payments-server/fakes/iamport"
	faketoss "github.com/samchon/payments-server/fakes/toss"
	"github.com/samchon/payments-server/internal/config"
)

// shop is a service with customers.
type shop struct {
	api     *api.Client
	iamport *iamport.Client
	toss    *toss.Client
	sink    string // takes webhooks
}

func (s *system) shop(t *testing.T) *shop {
	t.Helper()
	at := func(port string) string { return "http://127.0.0.1:" + s.ports[port] }
	local := config.NewLocal()
	client, err := api.New(api.Options{
		BaseURL: at("API_PORT"), EncryptionKey: string(local.API.EncryptionKey), EncryptionIV: string(local.API.EncryptionIV),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	pg, err := toss.New(toss.Options{BaseURL: at("FAKE_TOSS_PORT"), SecretKey: faketoss.DefaultSecretKey})
	if err != nil {
		t.Fatal(err)
	}
	return &shop{
		api: client, toss: pg, sink: at("API_PORT") + "/payments/internal/webhook",
		iamport: iamport.New(iamport.Options{BaseURL: at("FAKE_IAMPORT_PORT"), Key: fakeiamport.DefaultKey,
			Secret: fakeiamport.DefaultSecret}),
	}
}

// keepBusy has customers buy, look, mistake and change their minds until the test ends.
func (s *shop) keepBusy(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var customers sync.WaitGroup
	for _, vendor := range []api.VendorCode{api.Iamport, api.Toss} {
		customers.Go(func() {
			for ctx.Err() == nil {
				if err := s.serve(ctx, vendor); err != nil && ctx.Err() == nil {
					t.Errorf("a customer of %s: %v", vendor, err)
					return
				}
			}
		})
	}
	t.Cleanup(func() { cancel(); customers.Wait() })
}

// serve is one customer. Nobody takes the webhooks of those who pay through Toss.
func (s *shop) serve(ctx context.Context, vendor api.VendorCode) error {
	order, password := uuid.NewString(), uuid.NewString()
	uid, err := s.charge(ctx, vendor, order)
	if err != nil {
		return fmt.Errorf("charge: %w", err)
	}
	source := api.Source{Schema: "shop", Table: "orders", ID: order}
	hook := s.sink
	if vendor == api.Toss {
		hook = "http://127.0.0.1:1/"
	}
	if _, err := s.api.StoreHistory(ctx, api.StoreHistory{
		Vendor: api.Vendor{Code: vendor, StoreID: "default", UID: uid}, Source: source,
		Price: money.New(1000), Password: password, WebhookURL: hook,
	}); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if _, err := s.api.HistoryBySource(ctx, source, password); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if _, err := s.api.HistoryBySource(ctx, source, "guess"); !refusedWith(err, 403) {
		return fmt.Errorf("a wrong password: %w", err)
	}
	for price, want := range map[int64]int{400: 0, 5000: 422} {
		_, err := s.api.CancelHistory(ctx, api.CancelHistory{Source: source, Password: password, Price: money.New(price),
			Reason: "r"})
		if want == 0 && err != nil || want != 0 && !refusedWith(err, want) {
			return fmt.Errorf("cancel %d: %w", price, err)
		}
	}
	return nil
}

func refusedWith(err error, status int) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Status == status
}

func (s *shop) charge(ctx context.Context, vendor api.VendorCode, order string) (uid string, err error) {
	if vendor == api.Iamport {
		p, err := s.iamport.Onetime(ctx, iamport.OnetimeRequest{
			CardInput: iamport.CardInput{CardNumber: "1234-1234-1234-1234", Expiry: "2030-12", Birth: "880311"},
			Order:     iamport.Order{MerchantUID: order, Amount: money.New(1000), Name: "an order"},
		})
		return p.ImpUID, err
	}
	p, err := s.toss.KeyIn(ctx, toss.CardPayment{
		CardNumber: "1111222233334444", CardExpirationYear: "30", CardExpirationMonth: "12",
		OrderID: order, Amount: money.New(1000),
	})
	if err != nil {
		return "", err
	}
	return p.PaymentKey, nil
}
