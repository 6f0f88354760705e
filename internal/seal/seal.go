// Package seal encrypts single values for the database, and opens them again only
// in the row and column they were sealed for. It does not hide how long a value
// is, and it cannot tell a value from an older one of the same row and column.
//
// A sealed value is text:
//
//	v1:<key id>:<Base64 of iv ‖ cipher text ‖ tag>
//
// The cipher is AES-256-CBC with PKCS#5 padding under a fresh random IV. The tag
// is HMAC-SHA256 over the header, the place (table, column, row id), the IV and
// the cipher text: encrypt-then-MAC, so nothing is decrypted that was not first
// found to be ours and in its place, and padding betrays nothing. Both keys come
// out of the configured one by HKDF, with the kind of item in the derivation:
// one configured key in two rings still makes two pairs.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	// Seven times as fast as encoding/base64.
	"github.com/segmentio/asm/base64"

	"github.com/samchon/payments-server/api/wire/pkcs5"
)

// ErrSealed is the only error of Open, whatever is wrong with the value.
var ErrSealed = errors.New("value cannot be opened here with these keys")

// AD is the place of a value, its associated data: moved anywhere else, the value
// does not open.
type AD struct{ Table, Column, Row string }

// Keyring seals under one key and opens under several, so that keys can be
// rotated while the server runs. Many goroutines may share it.
type Keyring struct {
	keys   []*key // the first seals
	legacy Legacy
}

// Seal encrypts plain for its place ad, which must be named in full.
func (r *Keyring) Seal(plain []byte, ad AD) (string, error) {
	if ad.Table == "" || ad.Column == "" || ad.Row == "" {
		return "", fmt.Errorf("seal a value for %+v: the place is incomplete", ad)
	}
	k := r.keys[0]
	sealed := make([]byte, aes.BlockSize+pkcs5.PaddedLen(len(plain)),
		aes.BlockSize+pkcs5.PaddedLen(len(plain))+sha256.Size)
	iv, text := sealed[:aes.BlockSize], sealed[aes.BlockSize:]
	_, _ = rand.Read(iv) // never fails: it ends the process instead
	copy(text, plain)
	pkcs5.Pad(text, len(plain))
	cipher.NewCBCEncrypter(k.block, iv).CryptBlocks(text, text)
	return k.header + base64.StdEncoding.EncodeToString(k.appendTag(sealed, sealed, ad)), nil
}

// Open returns what text was sealed from, if it was sealed for ad, or fails with
// ErrSealed. A value without our header is opened the way of the server before
// us, if the ring was given one; a value with it never is.
func (r *Keyring) Open(text string, ad AD) ([]byte, error) {
	if !IsSealed(text) {
		return r.legacy(text)
	}
	for _, k := range r.keys {
		if body, ok := strings.CutPrefix(text, k.header); ok {
			return k.open(body, ad)
		}
	}
	return nil, ErrSealed
}

// NeedsReseal reports whether text is not sealed by the key that seals now: it is
// under an older key, or has the form of the server before us.
func (r *Keyring) NeedsReseal(text string) bool { return !strings.HasPrefix(text, r.keys[0].header) }

// IsSealed reports whether text has our form, under whatever key.
func IsSealed(text string) bool { return strings.HasPrefix(text, format) }

// Format keeps the keys out of logs: fmt would otherwise print the fields.
func (r *Keyring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "seal.Keyring") }

func (k *key) open(body string, ad AD) ([]byte, error) {
	raw, err := decode(body)
	if err != nil || len(raw) < 2*aes.BlockSize+sha256.Size || len(raw)%aes.BlockSize != 0 {
		return nil, ErrSealed
	}
	sealed, tag := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(tag, k.appendTag(nil, sealed, ad)) {
		return nil, ErrSealed
	}
	iv, text := sealed[:aes.BlockSize], sealed[aes.BlockSize:]
	cipher.NewCBCDecrypter(k.block, iv).CryptBlocks(text, text)
	n, ok := pkcs5.Unpad(text)
	if ok != 1 {
		return nil, ErrSealed
	}
	return text[:n], nil
}

// decode takes one text for a value, and no other.
func decode(text string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	// Several texts may stand for the bytes of the last group.
	last := raw[max(len(raw)-1, 0)/3*3:]
	if len(text) != base64.StdEncoding.EncodedLen(len(raw)) || !strings.HasSuffix(text, base64.StdEncoding.EncodeToString(last)) {
		return nil, ErrSealed
	}
	return raw, nil
}

// appendTag appends the tag of sealed in its place. Each part of the place is led
// by its length, so that no two places read alike.
func (k *key) appendTag(dst, sealed []byte, ad AD) []byte {
	mac := k.macs.Get().(hash.Hash)
	defer k.macs.Put(mac)
	mac.Reset()
	place := make([]byte, 0, 256)
	for _, part := range [...]string{k.header, ad.Table, ad.Column, ad.Row} {
		place = append(binary.BigEndian.AppendUint64(place, uint64(len(part))), part...)
	}
	_, _ = mac.Write(place)
	_, _ = mac.Write(sealed)
	return mac.Sum(dst)
}
