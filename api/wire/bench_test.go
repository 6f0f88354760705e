package wire

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"testing"
)

const (
	localKey = "MCKOxv9B23r7EatArCFcBP03nfaS03T8"
	localIV  = "9haeYD1tIf4v8xs7"
)

// The measure of a sealed body of 4 KiB is AES-CBC by itself.
func BenchmarkSeal(b *testing.B) {
	codec, plain := mustCodec(b, localKey, localIV), bytes.Repeat([]byte("x"), 4<<10)
	b.Run("Codec", func(b *testing.B) {
		b.SetBytes(int64(len(plain)))
		b.ReportAllocs()
		for b.Loop() {
			codec.Seal(nil, plain)
		}
	})
	b.Run("CBCAlone", func(b *testing.B) {
		block, _ := aes.NewCipher([]byte(localKey))
		out := make([]byte, len(plain))
		b.SetBytes(int64(len(plain)))
		for b.Loop() {
			cipher.NewCBCEncrypter(block, []byte(localIV)).CryptBlocks(out, plain)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	codec, plain := mustCodec(b, localKey, localIV), bytes.Repeat([]byte("x"), 4<<10)
	body := codec.Seal(nil, plain)
	b.Run("Codec", func(b *testing.B) {
		b.SetBytes(int64(len(plain)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := codec.Open(nil, body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("CBCAlone", func(b *testing.B) {
		block, _ := aes.NewCipher([]byte(localKey))
		out := make([]byte, len(plain))
		b.SetBytes(int64(len(plain)))
		for b.Loop() {
			cipher.NewCBCDecrypter(block, []byte(localIV)).CryptBlocks(out, plain)
		}
	})
}

func mustCodec(tb testing.TB, key, iv string) *Codec {
	tb.Helper()
	codec, err := NewCodec(key, iv)
	if err != nil {
		tb.Fatal(err)
	}
	return codec
}
