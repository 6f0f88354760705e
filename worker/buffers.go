package worker

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// bodyBuffers hold a body on its way through the cipher: before it first, and behind
// it second. Making them anew costs as much as the cipher.
type bodyBuffers struct {
	first  bytes.Buffer
	second []byte
}

var pool = sync.Pool{New: func() any { return new(bodyBuffers) }}

// mostKept is the size above which a buffer is not kept: one large body is no
// reason to hold on to its memory.
const mostKept = 64 << 10

func (b *bodyBuffers) release() {
	if b.first.Cap() > mostKept || cap(b.second) > mostKept {
		return
	}
	b.first.Reset()
	pool.Put(b)
}

// read reads a request's body, and one byte more than is allowed, so that too much
// can be told.
func (b *bodyBuffers) read(c huma.Context) error {
	_ = c.SetReadDeadline(time.Now().Add(bodyTimeout)) // a test's recorder has none
	_, err := b.first.ReadFrom(io.LimitReader(c.BodyReader(), maxBody+1))
	_ = c.SetReadDeadline(time.Time{})
	return err
}
