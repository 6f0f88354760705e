package wire

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"testing"
	"time"
)

const (
	localKey = "MCKOxv9B23r7EatArCFcBP03nfaS03T8"
	localIV  = "9haeYD1tIf4v8xs7"
)

// The measure of a body of 4 KiB is AES-CBC by itself, into a buffer used again
// as a server would.
func BenchmarkSeal(b *testing.B) {
	codec, block := mustCodec(b, localKey, localIV), mustCipher(b)
	plain, out := bytes.Repeat([]byte("x"), 4<<10), []byte{}
	compare(b, func() { out = codec.Seal(out[:0], plain) }, func() {
		cipher.NewCBCEncrypter(block, []byte(localIV)).CryptBlocks(out[:len(plain)], plain)
	})
}

func BenchmarkOpen(b *testing.B) {
	codec, block := mustCodec(b, localKey, localIV), mustCipher(b)
	plain, out := bytes.Repeat([]byte("x"), 4<<10), []byte{}
	body := codec.Seal(nil, plain)
	compare(b, func() { out, _ = codec.Open(out[:0], body) }, func() {
		cipher.NewCBCDecrypter(block, []byte(localIV)).CryptBlocks(out[:len(plain)], plain)
	})
}

// compare reports how the quickest run of ours relates to the quickest of theirs.
// They take turns, so that a busy machine slows both.
func compare(b *testing.B, ours, theirs func()) {
	best := [2]time.Duration{time.Hour, time.Hour}
	for b.Loop() {
		for i, run := range []func(){ours, theirs} {
			start := time.Now()
			run()
			best[i] = min(best[i], time.Since(start))
		}
	}
	b.ReportMetric(float64(best[1])/float64(best[0]), "of-aes-alone")
}

func mustCipher(b *testing.B) cipher.Block {
	b.Helper()
	block, err := aes.NewCipher([]byte(localKey))
	if err != nil {
		b.Fatal(err)
	}
	return block
}

func mustCodec(tb testing.TB, key, iv string) *Codec {
	tb.Helper()
	codec, err := NewCodec(key, iv)
	if err != nil {
		tb.Fatal(err)
	}
	return codec
}
