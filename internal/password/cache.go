package password

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// digest stands for one password of one record with one hash. When the stored
// hash changes the digest does, so no one has to clear the cache.
type digest [sha256.Size]byte

// cache remembers which digests were right. It never holds a wrong one: there are
// endlessly many of those.
type cache struct {
	macs    sync.Pool // of hash.Hash, keyed
	ttl     time.Duration
	now     func() time.Time
	expires *lru.Cache[digest, time.Time]
}

func newCache(o Options) *cache {
	expires, err := lru.New[digest, time.Time](o.CacheSize)
	if err != nil {
		panic(err) // only for a size that withDefaults has ruled out
	}
	key := randomBytes()
	return &cache{
		macs: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }},
		ttl:  o.CacheTTL, now: o.Now, expires: expires,
	}
}

func (c *cache) digest(record Record, password string) digest {
	mac := c.macs.Get().(hash.Hash)
	defer c.macs.Put(mac)
	mac.Reset()
	text := make([]byte, 0, 256)
	// The password does not come last: of that end the pool would keep what fills no block.
	for _, part := range [...]string{record.ID, password, record.Hash} {
		text = append(binary.BigEndian.AppendUint64(text, uint64(len(part))), part...)
	}
	_, _ = mac.Write(text)
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
