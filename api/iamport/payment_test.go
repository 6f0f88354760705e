package iamport_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
)

func TestPayment_ReadsTheVariantOfItsMethod(t *testing.T) {
	t.Parallel()
	// As the real Iamport writes it: every variant's fields, those of the others null.
	const fields = `"imp_uid":"imp_1","merchant_uid":"order","amount":1000.5,"paid_at":1700000000,
		"card_name":"신한카드","card_quota":3,"vbank_num":"123","vbank_date":0,"bank_name":null,"unknown":{}}`
	for method, want := range map[string]iamport.Payment{
		"card":    {Card: &iamport.Card{CardName: "신한카드", CardQuota: 3}},
		"samsung": {Card: &iamport.Card{CardName: "신한카드", CardQuota: 3}},
		"vbank":   {VBank: &iamport.VBank{VBankNum: "123"}},
		"trans":   {Transfer: &iamport.Transfer{}},
		"phone":   {},
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			raw := `{"pay_method":"` + method + `",` + fields
			var got iamport.Payment
			if err := json.Unmarshal([]byte(raw), &got); err != nil {
				t.Fatal(err)
			}
			want.Raw = json.RawMessage(raw)
			want.PayMethod = iamport.PayMethod(method)
			want.ImpUID, want.MerchantUID = "imp_1", "order"
			want.Amount = money.MustParse("1000.5")
			want.PaidAt = iamport.Unix(time.Unix(1700000000, 0).UTC())
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPayment_WritesTheVariantBesideTheRest(t *testing.T) {
	t.Parallel()
	p := iamport.Payment{
		PayMethod: iamport.MethodCard, ImpUID: "imp_1", Amount: money.MustParse("0.1"),
		Card: &iamport.Card{CardNumber: "1-2-3-4"},
	}
	encoded, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(encoded, &fields); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"pay_method": "card", "amount": 0.1, "card_number": "1-2-3-4", "card_quota": 0.0, "paid_at": 0.0, "name": nil,
	} {
		if got, ok := fields[name]; !ok || got != want {
			t.Errorf("%s = %v (there: %v), want %v", name, got, ok, want)
		}
	}
	if _, ok := fields["cancel_history"].([]any); !ok {
		t.Errorf("cancel_history = %v, want an empty list", fields["cancel_history"])
	}
	for _, name := range []string{"vbank_num", "bank_name", "Card", "Raw", "notice_url"} {
		if _, ok := fields[name]; ok {
			t.Errorf("%s is written", name)
		}
	}
}

func TestPayment_ReadsTheReceiptFlagUnderEitherName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cash_receipt_issue", "cash_receipt_issued"} {
		var p iamport.Payment
		if err := json.Unmarshal([]byte(`{"`+name+`":true}`), &p); err != nil {
			t.Fatal(err)
		}
		if !p.CashReceiptIssue {
			t.Errorf("%s was not read", name)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	moment := time.Date(2023, 9, 20, 7, 46, 46, 123e6, time.UTC)
	for text, want := range map[string]time.Time{
		"1695196006":     moment.Truncate(time.Second),
		"1695196006.123": moment,
		"1695196006123":  moment,
		"1.695196006e9":  moment.Truncate(time.Second),
		"0":              {},
		"null":           {},
	} {
		var got iamport.Time
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if !got.Equal(want) {
			t.Errorf("%s is read as %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{`"1695196006"`, "1e300", "true", "{}"} {
		var got iamport.Time
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %v", text, got)
		}
	}
}

func TestTime_IsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0", "1695196006", "1695196006.123", "4102444800.5"} {
		var moment iamport.Time
		if err := json.Unmarshal([]byte(text), &moment); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(moment); err != nil || string(got) != text {
			t.Errorf("%s is written as %s, %v", text, got, err)
		}
	}
	millis := iamport.Millis{Time: iamport.Unix(time.UnixMilli(1695196006123))}
	if got, err := json.Marshal(millis); err != nil || string(got) != "1695196006123" {
		t.Errorf("Millis is written as %s, %v", got, err)
	}
}
