package worker

import (
	"errors"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/seal"
	"github.com/samchon/payments-server/internal/store"
)

// Keys makes the keyrings. The first key of a ring seals, the others only open;
// what the original wrote opens with any of them, unless that is switched off.
func Keys(c config.AtRest) (store.Keys, error) {
	var failed []error
	ring := func(kind seal.Kind, k config.KeyRing) *seal.Keyring {
		made, err := keyring(kind, k, c.Legacy == "open")
		failed = append(failed, err)
		return made
	}
	keys := store.Keys{
		History:     ring(seal.History, c.History),
		Reservation: ring(seal.Reservation, c.Reservation),
		Cancel:      ring(seal.Cancel, c.CancelHistory),
		Webhook:     ring(seal.Webhook, c.Webhook),
	}
	return keys, errors.Join(failed...)
}

func keyring(kind seal.Kind, k config.KeyRing, openLegacy bool) (*seal.Keyring, error) {
	ring := seal.Config{Kind: kind, Keys: []string{string(k.Key)}}
	for _, previous := range k.Previous {
		ring.Keys = append(ring.Keys, string(previous.Key))
	}
	if openLegacy {
		legacy, err := legacyOf(kind, k)
		if err != nil {
			return nil, err
		}
		ring.Legacy = legacy
	}
	return seal.NewKeyring(ring)
}

// legacyOf opens what the original wrote, with the current key or a replaced one.
func legacyOf(kind seal.Kind, k config.KeyRing) (seal.Legacy, error) {
	if kind == seal.Webhook { // the original kept its webhooks in plain text
		return seal.LegacyPlain, nil
	}
	var openers []seal.Legacy
	for _, key := range append([]config.Key{{Key: k.Key, IV: k.IV}}, k.Previous...) {
		opener, err := seal.LegacyCBC(string(key.Key), string(key.IV))
		if err != nil {
			return nil, err
		}
		openers = append(openers, opener)
	}
	return func(text string) ([]byte, error) {
		for _, open := range openers {
			if plain, err := open(text); err == nil {
				return plain, nil
			}
		}
		return nil, seal.ErrSealed
	}, nil
}
