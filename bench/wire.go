package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/bench/httpload"
	"github.com/samchon/payments-server/internal/config"
)

// mostAllocations is what sealing a body may allocate.
const mostAllocations = 2

// wireEncryption compares sealing a body with nothing but its cipher: no padding, no
// Base64, no memory.
func wireEncryption(ctx context.Context, s settings, r *report) error {
	local := config.NewLocal().API
	codec, err := wire.NewCodec(string(local.EncryptionKey), string(local.EncryptionIV))
	if err != nil {
		return err
	}
	block, err := aes.NewCipher([]byte(local.EncryptionKey))
	if err != nil {
		return err
	}
	body := bytes.Repeat([]byte("0123456789abcdef"), 256) // 4 KiB
	into := make([]byte, len(body))
	cbc := func() { cipher.NewCBCEncrypter(block, []byte(local.EncryptionIV)).CryptBlocks(into, body) }
	var sealed []byte
	seal := func() { sealed = codec.Seal(sealed[:0], body) } // into memory used again, as the worker does
	allocations := testing.AllocsPerRun(100, seal)
	r.add(fact{
		"allocations to seal a body of 4 KiB", fmt.Sprintf("%.0f", allocations), fmt.Sprintf("≤ %d", mostAllocations),
		allocations <= mostAllocations,
	})
	return match{
		what: "wire encryption of a 4 KiB body", goal: 0.8,
		ours: inProcess("api/wire", seal), peer: inProcess("crypto/aes in CBC mode alone", cbc),
	}.play(ctx, s, r)
}

// batch is how many short operations are timed as one: reading the clock costs as
// much as some of them.
const batch = 100

// inProcess is a contender that is a function of this process. Its time is CPU time,
// the garbage collector's included, so that a busy machine does not distort it.
func inProcess(name string, do func()) contender {
	return contender{name, func(ctx context.Context, d time.Duration) (httpload.Lap, error) {
		lap, err := httpload.Work(ctx, d, 1, func(context.Context) error {
			for range batch {
				do()
			}
			return nil
		})
		lap.Calls *= batch
		lap.Latency, lap.Took = nil, lap.Own
		return lap, err
	}}
}
