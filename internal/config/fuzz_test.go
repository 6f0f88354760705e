package config

import (
	"os"
	"testing"
)

// Whatever is in the file, reading it ends, and its problems can be shown.
func FuzzDecodeFile(f *testing.F) {
	for _, pattern := range []string{"testdata/full.good.yml", "testdata/wrong-types.bad.yml", "testdata/unknown-keys.bad.yml"} {
		seed, err := os.ReadFile(pattern)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte("webhooks: {signing_secrets: &a [*a]}"))
	f.Add([]byte("&a api: *a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := defaults()
		problems := decodeFile(data, c)
		c.fillIn()
		for _, p := range append(problems, c.problems()...) {
			if p == "" {
				t.Error("a problem without words")
			}
		}
	})
}
