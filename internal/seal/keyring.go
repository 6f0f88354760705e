package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
)

// format opens the header. The colon is in no Base64, and a JSON document does
// not begin so: a legacy value is never taken for one of ours.
const format = "v1:"

// Kind is a kind of item. Each has keys of its own.
type Kind string

// The kinds of item the payments server keeps.
const (
	History     Kind = "history"
	Reservation Kind = "reservation"
	Cancel      Kind = "cancel"
	Webhook     Kind = "webhook"
)

// Config says what a Keyring is made of.
type Config struct {
	Kind Kind

	// Keys are the configured secrets, of 16, 24 or 32 bytes. The first one seals
	// and all of them open: to rotate, put the new key in front and keep the old
	// one until no value needs resealing.
	Keys []string

	// Legacy opens values that have no header; nil refuses them. They carry no
	// tag, so whoever can write to the database can forge or move them: once all
	// are resealed, leave it out.
	Legacy Legacy
}

// key is one configured secret, derived for one kind of item.
type key struct {
	header string
	block  cipher.Block
	macs   sync.Pool // of hash.Hash, keyed: to key one takes longer than a small value
}

// NewKeyring returns the ring of config.
func NewKeyring(config Config) (*Keyring, error) {
	if len(config.Keys) == 0 {
		return nil, fmt.Errorf("%s keyring has no key", config.Kind)
	}
	ring, seen := &Keyring{legacy: config.Legacy}, map[string]bool{}
	if ring.legacy == nil {
		ring.legacy = func(string) ([]byte, error) { return nil, ErrSealed }
	}
	for i, secret := range config.Keys {
		k, err := deriveKey(config.Kind, secret)
		if err != nil {
			return nil, fmt.Errorf("%s key %d: %w", config.Kind, i+1, err)
		}
		if seen[k.header] {
			return nil, fmt.Errorf("%s key %d is the same as one before it", config.Kind, i+1)
		}
		seen[k.header] = true
		ring.keys = append(ring.keys, k)
	}
	return ring, nil
}

// deriveKey makes of secret a key id, a key to encrypt with and a key to
// authenticate with, none of which tells of the others. The id is derived too, so
// that nobody has to number keys, or numbers them differently on two machines.
func deriveKey(kind Kind, secret string) (*key, error) {
	if n := len(secret); n != 16 && n != 24 && n != 32 {
		return nil, fmt.Errorf("has %d bytes, want 16, 24 or 32", n)
	}
	derive := func(use string, length int) ([]byte, error) {
		return hkdf.Key(sha256.New, []byte(secret), nil, "payments-server/seal/v1/"+string(kind)+"/"+use, length)
	}
	enc, err1 := derive("encrypt", 32)
	mac, err2 := derive("authenticate", 32)
	id, err3 := derive("id", 4)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("derive keys: %w", err)
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, fmt.Errorf("derive keys: %w", err)
	}
	return &key{
		header: format + hex.EncodeToString(id) + ":", block: block,
		macs: sync.Pool{New: func() any { return hmac.New(sha256.New, mac) }},
	}, nil
}
