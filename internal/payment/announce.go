package payment

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
)

// Announce takes a PG's webhook. Its body is never believed: it only says which
// payment to look at, and whether that is worth remembering (lasting) for a
// payment that is not registered yet. It returns as soon as that is durable.
func (s *Service) Announce(ctx context.Context, code VendorCode, uid string, lasting bool) error {
	about := func(ctx context.Context) (*History, error) { return s.store.HistoryByVendor(ctx, code, uid) }
	return s.announce(ctx, code, announcement{uid, lasting, about})
}

// AnnounceDeposit takes Toss's DEPOSIT_CALLBACK, which names the order and not
// the payment. Whoever sends it has to know the payment's secret.
func (s *Service) AnnounceDeposit(ctx context.Context, code VendorCode, orderID, secret string) error {
	gw, err := s.gateway(code)
	if err != nil {
		return err
	}
	about := func(ctx context.Context) (*History, error) {
		histories, err := s.store.HistoriesOfOrder(ctx, code, orderID)
		for _, h := range histories {
			want := gw.DepositSecret(h.Data)
			if want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(secret)) == 1 {
				return h, nil
			}
		}
		if err == nil {
			err = ErrNotFound
		}
		return nil, err
	}
	return s.announce(ctx, code, announcement{depositKey(orderID, secret), true, about})
}

// announcement is what a webhook tells: of which history, or under which key to
// remember it until that comes.
type announcement struct {
	key     string
	lasting bool
	about   func(context.Context) (*History, error)
}

// announce looks for the history again after it has remembered the webhook: it
// may have been stored between, from a look at the PG that was older.
func (s *Service) announce(ctx context.Context, code VendorCode, a announcement) error {
	s.reached(StepHeard)
	defer s.reached(StepAnnounced)
	known, err := s.queueLook(ctx, a)
	if known || err != nil || !a.lasting {
		return err
	}
	if err := s.store.KeepEarlyWebhook(ctx, code, a.key); err != nil {
		return err
	}
	_, err = s.queueLook(ctx, a)
	return err
}

// queueLook has the PG looked at, if there is a history to be told of.
func (s *Service) queueLook(ctx context.Context, a announcement) (known bool, err error) {
	h, err := a.about(ctx)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, s.store.QueueSync(ctx, h.Vendor.Code, h.Vendor.UID)
}

// earlyKeys are what webhooks of this history may have been remembered under.
func (s *Service) earlyKeys(h *History) []string {
	keys := []string{h.Vendor.UID}
	if gw, err := s.gateway(h.Vendor.Code); err == nil {
		if secret := gw.DepositSecret(h.Data); secret != "" {
			keys = append(keys, depositKey(h.Source.ID, secret))
		}
	}
	return keys
}

// depositKey compares an order and its payment's secret, without keeping the
// secret: it was made by the PG, and is too long to be guessed from a hash.
func depositKey(orderID, secret string) string {
	sum := sha256.Sum256([]byte(orderID + "\x00" + secret))
	return "deposit " + base64.RawURLEncoding.EncodeToString(sum[:])
}
