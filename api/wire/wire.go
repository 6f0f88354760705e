// Package wire seals and opens the bodies that travel between a service and the
// payments server: AES-CBC with PKCS#5 padding, in Base64. It does not frame,
// authenticate or compress them, and knows nothing of HTTP or JSON.
//
// The construction is a contract, kept because the published clients speak it
// (nestia's EncryptedBody and its fetchers): one key and one IV, both the UTF-8
// bytes of a configured string, serve every message of a deployment. What it
// gives is that a reader without the key learns no content. What it does not give:
//
//   - Equal beginnings stay visible. With a fixed IV, equal plain text has equal
//     cipher text, up to the first block that differs.
//   - Integrity. There is no MAC, so a middleman can alter blocks unseen, and
//     replay whole messages.
//   - Safety from a talkative receiver. If an answer told bad padding from a bad
//     document, it would decrypt messages for whoever asks (Vaudenay, 2002).
//     Open has one error for all; the caller has to go on in that manner and
//     answer the same when the opened text is not the JSON it wanted.
//
// So the channel below has to be TLS, or a network one trusts, as for any HTTP.
package wire

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"

	// Seven times as fast as encoding/base64 on 4 KiB: that one takes as long as AES.
	"github.com/segmentio/asm/base64"

	"github.com/samchon/payments-server/api/wire/pkcs5"
)

// ErrSealed is the only error of Open, whatever is wrong with the body.
var ErrSealed = errors.New("body cannot be opened with this key")

// Codec seals and opens bodies with one key and IV. Many goroutines may share it.
type Codec struct {
	block cipher.Block
	iv    [aes.BlockSize]byte
}

// NewCodec returns the Codec of a key of 16, 24 or 32 bytes (AES-128, -192 or
// -256) and an IV of 16, each the UTF-8 bytes of its string.
func NewCodec(key, iv string) (*Codec, error) {
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return nil, fmt.Errorf("encryption key has %d bytes, want 16, 24 or 32", len(key))
	}
	if len(iv) != aes.BlockSize {
		return nil, fmt.Errorf("encryption iv has %d bytes, want %d", len(iv), aes.BlockSize)
	}
	return &Codec{block: block, iv: [aes.BlockSize]byte([]byte(iv))}, nil
}

// Format keeps the expanded key out of logs: fmt would otherwise print the fields.
func (c *Codec) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "wire.Codec") }

// Seal appends the sealed form of plain to dst. The two must not overlap. The
// room it asks of dst is almost twice that: the cipher text is made behind the
// place of its Base64, so that a dst used again costs no allocation.
func (c *Codec) Seal(dst, plain []byte) []byte {
	start, padded := len(dst), pkcs5.PaddedLen(len(plain))
	end := start + base64.StdEncoding.EncodedLen(padded)
	dst = extend(dst, end-start+padded)
	blocks := dst[end:]
	copy(blocks, plain)
	pkcs5.Pad(blocks, len(plain))
	cipher.NewCBCEncrypter(c.block, c.iv[:]).CryptBlocks(blocks, blocks)
	base64.StdEncoding.Encode(dst[start:end], blocks)
	return dst[:end]
}

// Open appends to dst what body was sealed from, or fails with ErrSealed. Blanks
// and newlines around the Base64 are tolerated, as Node's decoder tolerates
// them. The two must not overlap, and the room of dst beyond its length is
// written to even on failure.
func (c *Codec) Open(dst, body []byte) ([]byte, error) {
	plain, ok := c.TryOpen(dst, body)
	if !ok {
		return nil, ErrSealed
	}
	return plain, nil
}

// TryOpen is Open for a server, whose time must not tell why it refuses a body:
// what cannot be opened is appended as far as it was decrypted. The server goes on
// to parse it as it would parse a plain text, and refuses it only then.
func (c *Codec) TryOpen(dst, body []byte) (plain []byte, ok bool) {
	body = bytes.TrimSpace(body)
	start := len(dst)
	room := max(base64.StdEncoding.DecodedLen(len(body)), aes.BlockSize)
	dst = extend(dst, room)
	blocks := dst[start:]
	n, err := base64.StdEncoding.Decode(blocks, body)

	// What is already known to be wrong is decrypted and unpadded nevertheless:
	// the same work for all, so that the time of a refusal does not say why.
	whole := err == nil && n > 0 && n%aes.BlockSize == 0
	if !whole {
		n = room - room%aes.BlockSize
	}
	blocks = blocks[:n]
	cipher.NewCBCDecrypter(c.block, c.iv[:]).CryptBlocks(blocks, blocks)
	n, padded := pkcs5.Unpad(blocks)
	return dst[:start+n], whole && padded == 1
}

// extend makes b longer by n bytes of whatever is there.
func extend(b []byte, n int) []byte {
	if n <= cap(b)-len(b) {
		return b[:len(b)+n]
	}
	longer := make([]byte, len(b)+n)
	copy(longer, b)
	return longer
}
