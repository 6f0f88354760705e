package wire

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/wire/pkcs5"
)

// vector is one line of testdata/vectors.json, which the TypeScript tests read
// too. The first five are the contract's; Node's crypto made the others.
type vector struct {
	Name, Key, IV, Plain, Sealed string
}

func TestCodec(t *testing.T) {
	t.Parallel()
	for _, v := range mustReadVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			codec := mustCodec(t, v.Key, v.IV)
			if got := string(codec.Seal([]byte("before "), []byte(v.Plain))); got != "before "+v.Sealed {
				t.Errorf("Seal = %q, want %q after what was there", got, v.Sealed)
			}
			got, err := codec.Open([]byte("before "), []byte(v.Sealed))
			if err != nil || string(got) != "before "+v.Plain {
				t.Errorf("Open = %q, %v, want %q after what was there", got, err, v.Plain)
			}
		})
	}
}

func TestNewCodec(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, key, iv string }{
		{"RefusesAKeyOfNoAES", strings.Repeat("k", 31), localIV},
		{"CountsBytesNotLetters", strings.Repeat("키", 16), localIV},
		{"RefusesAShortIV", localKey, "short"},
		{"RefusesNothing", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := NewCodec(tc.key, tc.iv)
			if err == nil {
				t.Fatal("no error")
			}
			if tc.key != "" && strings.Contains(err.Error(), tc.key) || tc.iv == "short" && strings.Contains(err.Error(), tc.iv) {
				t.Errorf("error %q gives the secret away", err)
			}
		})
	}
}

func TestCodec_Format(t *testing.T) {
	t.Parallel()
	codec := mustCodec(t, localKey, localIV)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		if got := fmt.Sprintf(verb, codec); got != "wire.Codec" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	codec := mustCodec(t, localKey, localIV)
	const plain = `{"password":"some-password"}`
	sealed := string(codec.Seal(nil, []byte(plain)))

	t.Run("Tolerates", func(t *testing.T) {
		t.Parallel()
		for name, body := range map[string]string{
			"ANewline":          sealed + "\n",
			"BlanksAround":      " \t\r\n" + sealed + " \r\n\t",
			"LinesAsOpenSSLHas": sealed[:20] + "\n" + sealed[20:],
		} {
			if got, err := codec.Open(nil, []byte(body)); err != nil || string(got) != plain {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	})

	t.Run("RefusesAllInOneWay", func(t *testing.T) {
		t.Parallel()
		cipherText, _ := base64.StdEncoding.DecodeString(sealed)
		wrongPadding := bytes.Clone(cipherText)
		wrongPadding[len(wrongPadding)-17] ^= 0x80 // flips the same bit of the padding
		for name, body := range map[string]string{
			"Empty":         "",
			"OnlyBlanks":    " \n ",
			"PlainJSON":     plain,
			"NoBase64":      strings.Repeat("*", 64),
			"HalfABlock":    base64.StdEncoding.EncodeToString(cipherText[:8]),
			"OneBlockShort": base64.StdEncoding.EncodeToString(cipherText[:16]),
			"OneByteMore":   base64.StdEncoding.EncodeToString(append(bytes.Clone(cipherText), 0)),
			"WrongPadding":  base64.StdEncoding.EncodeToString(wrongPadding),
			"NoEqualSigns":  strings.TrimRight(sealed, "="),
			"ABlankInside":  sealed[:20] + " " + sealed[20:],
			"UnderOtherKey": string(mustCodec(t, strings.Repeat("k", 32), localIV).Seal(nil, []byte(plain))),
		} {
			got, err := codec.Open(nil, []byte(body))
			if err != ErrSealed || got != nil {
				t.Errorf("%s: %q, %v, want the bare ErrSealed", name, got, err)
			}
		}
	})
}

// TestTryOpen: whoever parses what could not be opened has as much to do as with
// what could.
func TestTryOpen(t *testing.T) {
	t.Parallel()
	codec, plain := mustCodec(t, localKey, localIV), bytes.Repeat([]byte("x"), 1000)
	sealed := codec.Seal(nil, plain)
	if got, ok := codec.TryOpen(nil, sealed); !ok || !bytes.Equal(got, plain) {
		t.Errorf("opened %q, %v", got, ok)
	}
	cipherText, _ := base64.StdEncoding.DecodeString(string(sealed))
	cipherText[len(cipherText)-17] ^= 0x80 // flips the same bit of the padding
	wrongPadding := []byte(base64.StdEncoding.EncodeToString(cipherText))
	got, ok := codec.TryOpen([]byte("before"), wrongPadding)
	if untouched := "before" + string(plain[:960]); ok || !bytes.HasPrefix(got, []byte(untouched)) {
		t.Errorf("the wrong padding left %q, %v", got, ok)
	}
}

// TestOpen_TakesTheSameTimeWhateverIsWrong compares the quickest of many refusals,
// so that a busy machine does not decide. What stays different is the decoding of
// Base64 that breaks off, of which the sender knows anyhow.
func TestOpen_TakesTheSameTimeWhateverIsWrong(t *testing.T) {
	codec := mustCodec(t, localKey, localIV)
	plain := bytes.Repeat([]byte("x"), 64<<10)
	sealed := codec.Seal(nil, plain)
	cipherText, _ := base64.StdEncoding.DecodeString(string(sealed))
	flip := func(i int) []byte {
		flipped := bytes.Clone(cipherText)
		flipped[i] ^= 0x80
		return []byte(base64.StdEncoding.EncodeToString(flipped))
	}
	bodies := map[string][]byte{
		"nothing":    sealed,
		"padding":    flip(len(cipherText) - 17),
		"last block": flip(len(cipherText) - 1),
		"base64":     append([]byte("*"), sealed[1:]...),
		"length":     []byte(base64.StdEncoding.EncodeToString(cipherText[:len(cipherText)-1])),
	}
	best, out := map[string]time.Duration{}, []byte{}
	for range 300 {
		for wrong, body := range bodies {
			start := time.Now()
			_, _ = codec.Open(out[:0], body)
			took := time.Since(start)
			if known, ok := best[wrong]; !ok || took < known {
				best[wrong] = took
			}
		}
	}
	for wrong, took := range best {
		if took < best["nothing"]/2 || took > best["nothing"]*2 {
			t.Errorf("refused for its %s in %s, opened in %s", wrong, took, best["nothing"])
		}
	}
}

func TestAllocations(t *testing.T) {
	codec, plain := mustCodec(t, localKey, localIV), make([]byte, 4<<10)
	body := codec.Seal(nil, plain)
	if n := testing.AllocsPerRun(100, func() { codec.Seal(nil, plain) }); n > 2 {
		t.Errorf("Seal allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = codec.Open(nil, body) }); n > 2 {
		t.Errorf("Open allocates %v times", n)
	}
}

// TestNodeAgrees asks the runtime of the published clients, for every length
// about a few block and piece ends.
func TestNodeAgrees(t *testing.T) {
	t.Parallel()
	codec := mustCodec(t, localKey, localIV)
	var plains []string
	for n := range 60 {
		plains = append(plains, strings.Repeat("x", n), strings.Repeat("x", 1500+n))
	}
	const script = `
		const [plains, key, iv] = JSON.parse(require("fs").readFileSync(0));
		const seal = (s) => {
			const c = require("crypto").createCipheriv("aes-256-cbc", key, iv);
			return Buffer.concat([c.update(s, "utf8"), c.final()]).toString("base64");
		};
		process.stdout.write(JSON.stringify(plains.map(seal)));`
	var sealed []string
	mustAskNode(t, script, []any{plains, localKey, localIV}, &sealed)
	for i, plain := range plains {
		if got := string(codec.Seal(nil, []byte(plain))); got != sealed[i] {
			t.Errorf("%d bytes: sealed as %s, Node says %s", len(plain), got, sealed[i])
		}
		if got, err := codec.Open(nil, []byte(sealed[i])); err != nil || string(got) != plain {
			t.Errorf("%d bytes: cannot open what Node sealed: %v", len(plain), err)
		}
	}
}

// TestRoom watches the bytes around the room that Seal and Open are given, for
// the Base64 below them is written in assembly.
func TestRoom(t *testing.T) {
	t.Parallel()
	codec := mustCodec(t, localKey, localIV)
	for n := range 300 {
		plain := bytes.Repeat([]byte("x"), n)
		sealed := codec.Seal(nil, plain)
		padded := pkcs5.PaddedLen(n)
		within(t, len(sealed)+padded, func(dst []byte) []byte { return codec.Seal(dst, plain) })
		for cut := range min(4, len(sealed)) {
			within(t, len(sealed)/4*3, func(dst []byte) []byte {
				_, _ = codec.Open(dst, sealed[:len(sealed)-cut])
				return dst
			})
		}
	}
}

// within runs write on a slice with room for so many bytes between two fences.
func within(t *testing.T, room int, write func(dst []byte) []byte) {
	t.Helper()
	fence := bytes.Repeat([]byte{0xa5}, 64)
	memory := slices.Concat(fence, make([]byte, room), fence)
	out := write(memory[64 : 64 : 64+room])
	if cap(out) > 0 && &out[:1][0] != &memory[64] {
		t.Fatalf("a room of %d bytes was too small", room)
	}
	if !bytes.Equal(memory[:64], fence) || !bytes.Equal(memory[64+room:], fence) {
		t.Fatalf("a room of %d bytes was overrun", room)
	}
}

func FuzzCodec(f *testing.F) {
	codec, err := NewCodec(localKey, localIV)
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range mustReadVectors(f) {
		f.Add([]byte(v.Plain))
		f.Add([]byte(v.Sealed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := codec.Open(nil, in)
		want, ok := plainlyOpened(in)
		if (err == nil) != ok || err != nil && err != ErrSealed || !bytes.Equal(got, want) {
			t.Errorf("Open(%q) = %q, %v, want %q, %v", in, got, err, want, ok)
		}
		sealed := codec.Seal(nil, in)
		if out, err := codec.Open(nil, sealed); err != nil || !bytes.Equal(out, in) {
			t.Errorf("Open(Seal(%q)) = %q, %v", in, out, err)
		}
		if out, ok := plainlyOpened(sealed); !ok || !bytes.Equal(out, in) {
			t.Errorf("Seal(%q) = %q, which is %q, %v", in, sealed, out, ok)
		}
	})
}

// plainlyOpened is Open by the standard library, without regard to time.
func plainlyOpened(body []byte) ([]byte, bool) {
	text, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(body)))
	if err != nil || len(text) == 0 || len(text)%aes.BlockSize != 0 {
		return nil, false
	}
	block, err := aes.NewCipher([]byte(localKey))
	if err != nil {
		return nil, false
	}
	cipher.NewCBCDecrypter(block, []byte(localIV)).CryptBlocks(text, text)
	plain := bytes.TrimSuffix(text, bytes.Repeat(text[len(text)-1:], int(text[len(text)-1])))
	missing := len(text) - len(plain)
	if missing < 1 || missing > aes.BlockSize {
		return nil, false
	}
	return plain, true
}

func mustReadVectors(tb testing.TB) (vectors []vector) {
	tb.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		tb.Fatal(err)
	}
	return vectors
}

func mustAskNode(t *testing.T, script string, question, answer any) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no node: CI has to have it")
		}
		t.Skip("install Node.js to compare with its crypto")
	}
	in, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", script)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ask node: %v", err)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(err)
	}
}
