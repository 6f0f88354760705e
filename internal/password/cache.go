package password

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// digest stands for one password of one record with one hash. When the stored
// hash changes the digest does, so no one has to clear the cache.
type digest [sha256.Size]byte

// cache remembers which digests were right. It never holds a wrong one: there are
// endlessly many of those.
type cache struct {
	key     []byte
	ttl     time.Duration
	now     func() time.Time
	expires *lru.Cache[digest, time.Time]
}

func newCache(o Options) *cache {
	expires, err := lru.New[digest, time.Time](o.CacheSize)
	if err != nil {
		panic(err) // only for a size that withDefaults has ruled out
	}
	return &cache{key: randomBytes(), ttl: o.CacheTTL, now: o.Now, expires: expires}
}

func (c *cache) digest(record Record, password string) digest {
	mac := hmac.New(sha256.New, c.key)
	for _, part := range []string{record.ID, record.Hash, password} {
		_, _ = mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		_, _ = mac.Write([]byte(part))
	}
	return digest(mac.Sum(nil))
}

func (c *cache) has(d digest) bool {
	expiry, ok := c.expires.Get(d)
	return ok && c.now().Before(expiry)
}

func (c *cache) add(d digest) { c.expires.Add(d, c.now().Add(c.ttl)) }

func randomBytes() []byte {
	b := make([]byte, sha256.Size)
	_, _ = rand.Read(b) // never fails: it ends the process instead
	return b
}
