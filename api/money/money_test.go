package money_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/samchon/payments-server/api/money"
)

func TestAmount_JSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"0", "0"},
		{"-0", "0"},
		{"12000", "12000"},
		{"12.50", "12.5"},
		{"1e3", "1000"},
		{"0.30000000000000004", "0.30000000000000004"},
		{"90071992547409.93", "90071992547409.93"}, // float64 would print …4
		{"999999999999999999", "999999999999999999"},
	} {
		var a money.Amount
		if err := json.Unmarshal([]byte(c.in), &a); err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		got, err := json.Marshal(a)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.in, got, err, c.want)
		}
	}
}

func TestAmount_JSON_Refuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`"1"`, `true`, `{}`, `1e19`, `1e999999999`, `1e-999999999`, `1234567890123456789`, `0.000000000000000000001`} {
		var a money.Amount
		if err := json.Unmarshal([]byte(in), &a); !errors.Is(err, money.ErrInvalid) {
			t.Errorf("%s: got %v (%v), want ErrInvalid", in, err, a)
		}
	}
}

func TestAmount_Arithmetic(t *testing.T) {
	t.Parallel()
	sum := money.MustParse("0.1").Add(money.MustParse("0.2"))
	if want := money.MustParse("0.30"); !sum.Equal(want) || sum.String() != "0.3" {
		t.Errorf("0.1 + 0.2 = %v, want %v", sum, want)
	}
	if got := money.New(20000).Sub(money.New(4000)); got.Cmp(money.New(16000)) != 0 {
		t.Errorf("20000 - 4000 = %v", got)
	}
}
