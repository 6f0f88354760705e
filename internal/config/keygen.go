package config

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
)

// Keygen writes a complete set of fresh secrets as lines of an environment file:
// all that a deployment needs besides its database and its vendors' credentials.
func Keygen(w io.Writer) error {
	for _, k := range freshKeys() {
		if _, err := fmt.Fprintf(w, "%s=%s\n", k.name, k.value); err != nil {
			return fmt.Errorf("write the keys: %w", err)
		}
	}
	return nil
}

// KeygenFiles writes the same as files of a folder of credentials, for their owner
// only. It replaces none: a key that is lost takes the records with it.
func KeygenFiles(dir string) error {
	for _, k := range freshKeys() {
		if err := writeNew(filepath.Join(dir, k.name), k.value); err != nil {
			return fmt.Errorf("write the keys: %w", err)
		}
	}
	return nil
}

func writeNew(file, text string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

type freshKey struct{ name, value string }

func freshKeys() []freshKey {
	return []freshKey{
		{"SYSTEM_PASSWORD", letters(32)},
		{"API_ENCRYPTION_KEY", letters(32)},
		{"API_ENCRYPTION_IV", letters(16)},
		{"DB_HISTORY_ENCRYPTION_KEY", letters(32)},
		{"DB_HISTORY_ENCRYPTION_IV", letters(16)},
		{"DB_RESERVATION_ENCRYPTION_KEY", letters(32)},
		{"DB_RESERVATION_ENCRYPTION_IV", letters(16)},
		{"DB_CANCEL_HISTORY_ENCRYPTION_KEY", letters(32)},
		{"DB_CANCEL_HISTORY_ENCRYPTION_IV", letters(16)},
		{"DB_WEBHOOK_ENCRYPTION_KEY", letters(32)},
		{"DB_WEBHOOK_ENCRYPTION_IV", letters(16)},
		{"WEBHOOK_SIGNING_SECRETS", "whsec_" + randomBase64(32)},
	}
}

// letters is a key of n letters and digits. Keys are texts, because the contract uses
// their UTF-8 bytes as they are: 32 letters are 190 random bits.
func letters(n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	key := make([]byte, n)
	for i := range key {
		at, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(err) // crypto/rand never fails since Go 1.24
		}
		key[i] = alphabet[at.Int64()]
	}
	return string(key)
}

func randomBase64(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base64.StdEncoding.EncodeToString(b)
}
