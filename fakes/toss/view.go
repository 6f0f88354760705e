package toss

import (
	"encoding/json"
	"strings"

	"github.com/samchon/payments-server/api/money"
	api "github.com/samchon/payments-server/api/toss"
)

// render writes a payment as its style shows it.
func (s *Server) render(p *payment) []byte {
	var view any = &p.Payment
	switch {
	case s.real():
		view = newRealView(&p.Payment)
	case p.Card != nil:
		view = referenceCardView{Payment: &p.Payment}
	}
	body, err := json.Marshal(view)
	if err != nil {
		panic("fake toss: render a payment: " + err.Error()) // its fields are all of ours
	}
	return body
}

// referenceCardView adds what a card payment of the reference shows besides.
type referenceCardView struct {
	*api.Payment
	Discount *struct{} `json:"discount"`
	EasyPay  *struct{} `json:"easyPay"`
}

// realView shows every field of the real gateway: those of other methods as null.
type realView struct {
	*api.Payment
	TaxExemptionAmount  money.Amount         `json:"taxExemptionAmount"`
	Card                *api.Card            `json:"card"`
	VirtualAccount      *api.VirtualAccount  `json:"virtualAccount"`
	Transfer            *api.Transfer        `json:"transfer"`
	MobilePhone         *api.MobilePhone     `json:"mobilePhone"`
	GiftCertificate     *api.GiftCertificate `json:"giftCertificate"`
	Discount            *struct{}            `json:"discount"`
	EasyPay             *struct{}            `json:"easyPay"`
	Failure             *api.Failure         `json:"failure"`
	CashReceipts        *struct{}            `json:"cashReceipts"`
	Metadata            *struct{}            `json:"metadata"`
	Country             string               `json:"country"`
	IsPartialCancelable bool                 `json:"isPartialCancelable"`
	Receipt             link                 `json:"receipt"`
	Checkout            link                 `json:"checkout"`
}

type link struct {
	URL string `json:"url"`
}

func newRealView(p *api.Payment) realView {
	return realView{
		Payment: p, Card: p.Card, VirtualAccount: p.VirtualAccount, Transfer: p.Transfer,
		MobilePhone: p.MobilePhone, GiftCertificate: p.GiftCertificate, Failure: p.Failure,
		Country: "KR", IsPartialCancelable: true,
		Receipt:  link{"https://dashboard.tosspayments.com/receipt/redirection?transactionId=" + p.PaymentKey},
		Checkout: link{"https://api.tosspayments.com/v1/payments/" + p.PaymentKey + "/checkout"},
	}
}

// maskCard hides the end of a card number, as the real gateway does.
func maskCard(number string) string {
	const shown = 8
	if len(number) <= shown {
		return strings.Repeat("*", len(number))
	}
	return number[:shown] + strings.Repeat("*", len(number)-shown)
}
