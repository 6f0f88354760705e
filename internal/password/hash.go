package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// The cost of a hash is OWASP's minimum for argon2id (Password Storage Cheat
// Sheet): 19 MiB, two passes, one lane.
var minimum = argon2id{memory: 19456, passes: 2, lanes: 1}

const saltLen, keyLen = 16, 32

// A stored hash names its own cost. These bounds keep a damaged or forged row
// from costing a minute or a gigabyte.
const (
	maxMemory     = 256 << 10 // KiB
	maxPasses     = 16
	maxBcryptCost = 14
)

// errForm does not quote the hash: it belongs in no log.
var errForm = errors.New("stored password hash is neither argon2id nor bcrypt of a sane cost")

// argon2id is a hash in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>, the last two in Base64 without "=".
type argon2id struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

func hashArgon2id(password string) string {
	h := minimum
	h.salt = make([]byte, saltLen)
	_, _ = rand.Read(h.salt) // never fails: it ends the process instead
	h.key = h.derive(password, keyLen)
	return h.String()
}

// hashOfNothing is a hash of no password that anybody knows. Its key is drawn, not
// derived: a hash at the start of each worker would take its time and 19 MiB.
func hashOfNothing() string {
	h := minimum
	h.salt, h.key = make([]byte, saltLen), make([]byte, keyLen)
	_, _ = rand.Read(h.salt)
	_, _ = rand.Read(h.key)
	return h.String()
}

// compare returns nil, ErrWrong or errForm.
func compare(hash, password string) error {
	if Outdated(hash) {
		return compareBcrypt(hash, password)
	}
	h, err := parseArgon2id(hash)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(h.key, h.derive(password, len(h.key))) != 1 {
		return ErrWrong
	}
	return nil
}

func (h argon2id) derive(password string, length int) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.passes, h.memory, h.lanes, uint32(length))
}

func (h argon2id) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.memory, h.passes, h.lanes, b64(h.salt), b64(h.key))
}

func parseArgon2id(text string) (argon2id, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return argon2id{}, errForm
	}
	var h argon2id
	_, err1 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.lanes)
	salt, err2 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err3 := base64.RawStdEncoding.DecodeString(parts[5])
	h.salt, h.key = salt, key
	// Written out again it must be the same: that refuses whatever scanning let pass.
	if err := errors.Join(err1, err2, err3); err != nil || h.String() != text || !h.sane() {
		return argon2id{}, errForm
	}
	return h, nil
}

func (h argon2id) sane() bool {
	return h.memory <= maxMemory && h.passes >= 1 && h.passes <= maxPasses && h.lanes >= 1 &&
		len(h.salt) >= 8 && len(h.key) >= 16 && len(h.key) <= 64
}

const bcryptPrefix = "$2"

// compareBcrypt verifies $2a$, $2b$ and $2y$ hashes. They stem from bcryptjs,
// which cuts a password silently at 72 bytes, so the same is done here, and only here.
func compareBcrypt(hash, password string) error {
	if cost, err := bcrypt.Cost([]byte(hash)); err != nil || cost > maxBcryptCost {
		return errForm
	}
	cut := []byte(password)
	cut = cut[:min(len(cut), 72)]
	err := bcrypt.CompareHashAndPassword([]byte(hash), cut)
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return ErrWrong
	}
	if err != nil {
		return errForm
	}
	return nil
}
