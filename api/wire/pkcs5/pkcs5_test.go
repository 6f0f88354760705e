package pkcs5

import (
	"bytes"
	"testing"
)

func TestUnpad(t *testing.T) {
	t.Parallel()
	t.Run("FindsWhatPadHid", func(t *testing.T) {
		t.Parallel()
		for n := range 50 {
			padded := bytes.Repeat([]byte{7}, PaddedLen(n))
			Pad(padded, n)
			if got, ok := Unpad(padded); got != n || ok != 1 {
				t.Errorf("Unpad(Pad(%d bytes)) = %d, %d", n, got, ok)
			}
		}
	})
	t.Run("AcceptsExactlyTheSixteenPaddings", func(t *testing.T) {
		t.Parallel()
		// Every last byte over every run of equal bytes before it.
		for claimed := range 256 {
			for run := 1; run <= 16; run++ {
				block := bytes.Repeat([]byte{byte(claimed) ^ 0xff}, 16)
				copy(block[16-run:], bytes.Repeat([]byte{byte(claimed)}, run))
				_, ok := Unpad(block)
				want := 0
				if claimed >= 1 && claimed <= 16 && run >= claimed {
					want = 1
				}
				if ok != want {
					t.Errorf("last byte %d, %d times: ok = %d, want %d", claimed, run, ok, want)
				}
			}
		}
	})
}
