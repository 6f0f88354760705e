package seal

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/samchon/payments-server/api/wire"
)

// Legacy opens a value as the server before us kept it, or fails with ErrSealed.
// What it kept were JSON documents, and nothing else is let through: without a
// tag, one in 256 values of another origin would pass for well padded.
type Legacy func(text string) ([]byte, error)

// LegacyCBC opens AES-CBC in Base64 under the key itself and an IV that was the
// same for all rows: its histories, reservations and cancels.
func LegacyCBC(key, iv string) (Legacy, error) {
	codec, err := wire.NewCodec(key, iv)
	if err != nil {
		return nil, err
	}
	return func(text string) ([]byte, error) {
		plain, err := codec.Open(nil, []byte(text))
		if err != nil {
			return nil, ErrSealed
		}
		return onlyJSON(plain)
	}, nil
}

// LegacyPlain opens plain JSON, as which it kept the webhooks it had sent.
func LegacyPlain(text string) ([]byte, error) { return onlyJSON([]byte(text)) }

func onlyJSON(plain []byte) ([]byte, error) {
	if !utf8.Valid(plain) || !json.Valid(plain) {
		return nil, ErrSealed
	}
	return plain, nil
}
