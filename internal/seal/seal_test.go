package seal

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

const (
	key1 = "MTlsOESZ6geZTjeaubOdR71tobe0KqE7"
	key2 = "0OrB5XVgkYpoybWeGIUkattMb4lTLQgz"
	text = `{"imp_uid":"imp_1","amount":19900}`
)

var place = AD{Table: "payment_histories", Column: "data", Row: "0b9f8c1e-6c0e-4b7a-9d0e-1f2a3b4c5d6e"}

func TestKeyring(t *testing.T) {
	t.Parallel()
	ring := mustKeyring(t, Config{Kind: History, Keys: []string{key1}})

	t.Run("OpensWhatItSealed", func(t *testing.T) {
		t.Parallel()
		for n := range 70 {
			plain := strings.Repeat("가", n)
			mustOpen(t, ring, mustSeal(t, ring, plain, place), plain)
		}
	})

	// Node's crypto made this one, from what the package comment says. It has
	// to open for ever.
	t.Run("OpensTheFormatAsPublished", func(t *testing.T) {
		t.Parallel()
		mustOpen(t, ring, "v1:d3c3a2c2:AAECAwQFBgcICQoLDA0OD8Nf6C7+AX/eJCfaWJrV08rd1ltHFe93R8XVXHYZ9JjnESTx2AtaY+/IrcgQyehxgymAgTXpSHFobuzxfRTL5MXS/pYsPOpZH8TZxGTACOkv", text)
	})

	t.Run("SealsEqualValuesDifferently", func(t *testing.T) {
		t.Parallel()
		if a, b := mustSeal(t, ring, text, place), mustSeal(t, ring, text, place); a == b {
			t.Errorf("both are %s", a)
		}
	})

	t.Run("RefusesAnIncompletePlace", func(t *testing.T) {
		t.Parallel()
		for _, ad := range []AD{{}, {Column: "c", Row: "r"}, {Table: "t", Row: "r"}, {Table: "t", Column: "c"}} {
			if sealed, err := ring.Seal([]byte(text), ad); err == nil {
				t.Errorf("%+v: sealed as %s", ad, sealed)
			}
		}
	})

	t.Run("PrintsNoKey", func(t *testing.T) {
		t.Parallel()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
			if got := fmt.Sprintf(verb, ring); got != "seal.Keyring" {
				t.Errorf("%s prints %q", verb, got)
			}
		}
	})
}

func TestKeyring_Open(t *testing.T) {
	t.Parallel()
	ring := mustKeyring(t, Config{Kind: History, Keys: []string{key1}})
	sealed := mustSeal(t, ring, text, place)

	t.Run("RefusesAnotherPlace", func(t *testing.T) {
		t.Parallel()
		for name, ad := range map[string]AD{
			"OtherRow":      {place.Table, place.Column, "7c9f8c1e-6c0e-4b7a-9d0e-1f2a3b4c5d6e"},
			"OtherColumn":   {place.Table, "dat", place.Row},
			"OtherTable":    {"payment_reservations", place.Column, place.Row},
			"ShiftedBorder": {place.Table + "d", "ata", place.Row},
			"None":          {},
		} {
			mustRefuse(t, ring, name, sealed, ad)
		}
	})

	t.Run("RefusesAnyFlippedBit", func(t *testing.T) {
		t.Parallel()
		for i := range len(sealed) {
			for bit := range 8 {
				flipped := []byte(sealed)
				flipped[i] ^= 1 << bit
				mustRefuse(t, ring, fmt.Sprintf("bit %d of byte %d", bit, i), string(flipped), place)
			}
		}
	})

	t.Run("RefusesAnythingCutOff", func(t *testing.T) {
		t.Parallel()
		for n := range len(sealed) {
			mustRefuse(t, ring, fmt.Sprintf("the first %d bytes", n), sealed[:n], place)
			mustRefuse(t, ring, fmt.Sprintf("without the first %d bytes", n+1), sealed[n+1:], place)
		}
	})

	t.Run("RefusesTheSameKeyInARingOfOtherKind", func(t *testing.T) {
		t.Parallel()
		other := mustKeyring(t, Config{Kind: Webhook, Keys: []string{key1}})
		mustRefuse(t, other, "as it is", sealed, place)
		header := mustSeal(t, other, "", place)[:len("v1:00000000:")]
		mustRefuse(t, other, "under the other's key id", header+sealed[len(header):], place)
	})

	t.Run("RefusesAFormatItDoesNotKnow", func(t *testing.T) {
		t.Parallel()
		mustRefuse(t, ring, "v2", "v2"+sealed[2:], place)
	})
}

func TestRotation(t *testing.T) {
	t.Parallel()
	before := mustKeyring(t, Config{Kind: History, Keys: []string{key1}})
	during := mustKeyring(t, Config{Kind: History, Keys: []string{key2, key1}})
	after := mustKeyring(t, Config{Kind: History, Keys: []string{key2}})

	old := mustSeal(t, before, text, place)
	mustOpen(t, during, old, text)
	if before.NeedsReseal(old) || !during.NeedsReseal(old) || !during.NeedsReseal("bGVnYWN5") {
		t.Error("only what is not under the first key needs resealing")
	}
	resealed := mustSeal(t, during, text, place)
	if during.NeedsReseal(resealed) {
		t.Error("what was just sealed needs resealing")
	}
	mustOpen(t, after, resealed, text)
	mustRefuse(t, after, "value under the key taken away", old, place)
}

func TestNewKeyring(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{
		"NoKey":    nil,
		"ShortKey": {key1, "short"},
		"TwiceOne": {key1, key2, key1},
	} {
		_, err := NewKeyring(Config{Kind: Cancel, Keys: keys})
		if err == nil || !strings.HasPrefix(err.Error(), "cancel ") {
			t.Errorf("%s: %v", name, err)
		}
		for _, key := range keys {
			if err != nil && strings.Contains(err.Error(), key) {
				t.Errorf("%s: %v tells the key", name, err)
			}
		}
	}
}

// testdata/legacy.json was made by Node's crypto (openssl enc agrees), with the
// keys that the original ships.
func TestLegacy(t *testing.T) {
	t.Parallel()
	var rows []struct{ Kind, Key, IV, Plain, Sealed string }
	file, err := os.ReadFile("testdata/legacy.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		t.Run("OpensA"+row.Kind, func(t *testing.T) {
			t.Parallel()
			legacy, err := LegacyCBC(row.Key, row.IV)
			if err != nil {
				t.Fatal(err)
			}
			ring := mustKeyring(t, Config{Kind: Kind(row.Kind), Keys: []string{row.Key}, Legacy: legacy})
			mustOpen(t, ring, row.Sealed, row.Plain)
			mustRefuse(t, ring, "legacy value under our header", ring.keys[0].header+row.Sealed, place)
			mustRefuse(t, ring, "legacy value cut off", row.Sealed[:24], place)
			mustRefuse(t, ring, "plain JSON", row.Plain, place)
			without := mustKeyring(t, Config{Kind: Kind(row.Kind), Keys: []string{row.Key}})
			mustRefuse(t, without, "legacy value in a ring that has none", row.Sealed, place)
		})
	}

	t.Run("OpensAPlainWebhook", func(t *testing.T) {
		t.Parallel()
		ring := mustKeyring(t, Config{Kind: Webhook, Keys: []string{key1}, Legacy: LegacyPlain})
		mustOpen(t, ring, text, text)
		mustRefuse(t, ring, "no JSON", "v1", place)
	})

	// With its header cut away, one of our values is 1/256 likely to look well
	// padded to the legacy cipher. It is no JSON, so it stays shut.
	t.Run("NeverOpensOursWithoutTheHeader", func(t *testing.T) {
		t.Parallel()
		legacy, err := LegacyCBC(key1, "7BqAGp1HPY9Ox66w")
		if err != nil {
			t.Fatal(err)
		}
		ring := mustKeyring(t, Config{Kind: History, Keys: []string{key1}, Legacy: legacy})
		for i := range 2000 {
			sealed := mustSeal(t, ring, text, place)
			mustRefuse(t, ring, fmt.Sprintf("number %d", i), sealed[len(ring.keys[0].header):], place)
		}
	})

	t.Run("RefusesAKeyOfNoAES", func(t *testing.T) {
		t.Parallel()
		if _, err := LegacyCBC("short", "7BqAGp1HPY9Ox66w"); err == nil {
			t.Error("no error")
		}
	})
}

func FuzzKeyring(f *testing.F) {
	ring, err := NewKeyring(Config{Kind: History, Keys: []string{key1, key2}, Legacy: LegacyPlain})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, "table", "column", "row")
	f.Add("v1:", "t", "c", "r")
	f.Fuzz(func(t *testing.T, in, table, column, row string) {
		ad := AD{table, column, row}
		if _, err := ring.Open(in, ad); err != nil && err != ErrSealed {
			t.Errorf("Open fails with %v", err)
		}
		sealed, err := ring.Seal([]byte(in), ad)
		if (table == "" || column == "" || row == "") != (err != nil) {
			t.Fatalf("Seal at %+v: %v", ad, err)
		}
		if err != nil {
			return
		}
		if plain, err := ring.Open(sealed, ad); err != nil || string(plain) != in {
			t.Errorf("Open(Seal(%q)) = %q, %v", in, plain, err)
		}
	})
}

func mustKeyring(t *testing.T, config Config) *Keyring {
	t.Helper()
	ring, err := NewKeyring(config)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func mustSeal(t *testing.T, ring *Keyring, plain string, ad AD) string {
	t.Helper()
	sealed, err := ring.Seal([]byte(plain), ad)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func mustOpen(t *testing.T, ring *Keyring, sealed, want string) {
	t.Helper()
	if got, err := ring.Open(sealed, place); err != nil || string(got) != want {
		t.Errorf("Open(%s) = %q, %v, want %q", sealed, got, err, want)
	}
}

func mustRefuse(t *testing.T, ring *Keyring, what, sealed string, ad AD) {
	t.Helper()
	if got, err := ring.Open(sealed, ad); err != ErrSealed || got != nil {
		t.Errorf("%s: Open(%s) = %q, %v, want the bare ErrSealed", what, sealed, got, err)
	}
}
