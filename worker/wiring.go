package worker

import (
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/gateway"
	"github.com/samchon/payments-server/internal/password"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/store"
)

// parts is what the configuration alone decides.
type parts struct {
	codec     *wire.Codec
	hashKey   []byte
	keys      store.Keys
	secrets   *webhooksig.Secrets
	gateways  map[payment.VendorCode]payment.Gateway
	passwords passwords
}

func partsOf(o Settings, counts *metrics) (p parts, err error) {
	c := o.Config
	if p.codec, err = wire.NewCodec(string(c.API.EncryptionKey), string(c.API.EncryptionIV)); err != nil {
		return p, fmt.Errorf("API encryption: %w", err)
	}
	if p.hashKey, err = hkdf.Key(sha256.New, []byte(c.API.EncryptionKey), nil, "idempotency key request hash",
		sha256.Size); err != nil {
		return p, err
	}
	if p.keys, err = Keys(c.AtRest); err != nil {
		return p, err
	}
	if p.secrets, err = webhookSecrets(c.Webhooks); err != nil {
		return p, fmt.Errorf("webhook signing secrets: %w", err)
	}
	if p.gateways, err = gatewaysOf(c.Vendors); err != nil {
		return p, err
	}
	for vendor, g := range p.gateways {
		p.gateways[vendor] = counts.gateway(vendor, g)
	}
	p.passwords = passwords{&counts.passwords, password.New(password.Options{
		Concurrency: cmp.Or(c.Passwords.Concurrency, o.Processors), CacheSize: c.Passwords.CacheEntries, CacheTTL: c.Passwords.CacheFor,
		Compute: o.Compute,
	})}
	return p, nil
}

func gatewaysOf(v config.Vendors) (map[payment.VendorCode]payment.Gateway, error) {
	client := &http.Client{
		Timeout:       pgTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	iamports := map[string]*iamport.Client{}
	for id, account := range v.Iamport.Stores {
		iamports[id] = iamport.New(iamport.Options{
			BaseURL: v.Iamport.BaseURL, Key: string(account.Key), Secret: string(account.Secret), HTTPClient: client,
		})
	}
	tosses := map[string]*toss.Client{}
	for id, account := range v.Toss.Stores {
		c, err := toss.New(toss.Options{BaseURL: v.Toss.BaseURL, SecretKey: string(account.SecretKey), HTTPClient: client})
		if err != nil {
			return nil, fmt.Errorf("toss store %q: %w", id, err)
		}
		tosses[id] = c
	}
	return map[payment.VendorCode]payment.Gateway{
		payment.Iamport: gateway.NewIamport(iamports),
		payment.Toss:    gateway.NewToss(tosses),
	}, nil
}

// passwords gives the domain's words to the password verifier.
type passwords struct {
	counts   *passwordCounts
	verifier *password.Verifier
}

func (p passwords) Hash(ctx context.Context, plain string) (string, error) {
	return p.verifier.Hash(ctx, plain)
}

func (p passwords) Verify(ctx context.Context, record uuid.UUID, hash, plain string) error {
	defer func() { p.counts.carry(p.verifier.Stats()) }()
	err := p.verifier.Verify(ctx, password.Record{ID: record.String(), Hash: hash}, plain)
	var many *password.TooManyError
	switch {
	case errors.Is(err, password.ErrWrong):
		return payment.ErrWrongPassword
	case errors.As(err, &many):
		return &payment.TooManyAttempts{RetryAfter: many.RetryAfter}
	}
	return err
}

func (p passwords) Remember(record uuid.UUID, hash, plain string) {
	p.verifier.Remember(password.Record{ID: record.String(), Hash: hash}, plain)
}

func (p passwords) Outdated(hash string) bool { return password.Outdated(hash) }

func (p passwords) VerifyNothing(ctx context.Context, plain string) error {
	defer func() { p.counts.carry(p.verifier.Stats()) }()
	return p.verifier.VerifyNothing(ctx, plain)
}
