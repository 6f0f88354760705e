package iamport

import (
	"testing"

	"github.com/samchon/payments-server/fakes/ledger"
)

func TestAnsweredAbout(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]ledger.Subject{
		`{"code":0,"message":"success","response":{"pay_method":"card","imp_uid":"a","merchant_uid":"b \"c\""}}`: {
			Payment: "a", Order: `b "c"`,
		},
		`{"code":0,"response":{"custom_data":"{\"imp_uid\":\"x\"}","imp_uid":"a","merchant_uid":null}}`: {Payment: "a"},
		`{"code":0,"response":[{"imp_uid":"a","merchant_uid":"b"}]}`:                                    {},
		`{"code":0,"response":{"total":1,"list":[{"imp_uid":"a","merchant_uid":"b"}]}}`:                 {},
		`{"code":-1,"message":"no","response":null}`:                                                    {},
		``: {},
	} {
		if got := answeredAbout([]byte(answer)); got != want {
			t.Errorf("%s is about %+v, want %+v", answer, got, want)
		}
	}
}
