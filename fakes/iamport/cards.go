package iamport

import (
	"cmp"
	"net/http"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/fault"
)

func (s *Server) payOnetime(r *http.Request) (any, error) {
	in, err := decode[api.OnetimeRequest](s, r)
	if err != nil {
		return nil, err
	}
	if err := s.checkCurrency(in.Currency); err != nil {
		return nil, err
	}
	card := api.Card{CardCode: newUID(), CardName: hangul(3), CardNumber: in.CardNumber}
	if in.CustomerUID != "" {
		registered := s.register(in.CustomerUID, in.CardInput)
		card.CardCode, card.CardName = registered.CardCode, registered.CardName
	}
	p := s.newCardPayment(in.Order, card, text(in.CustomerUID))
	return s.create(fault.CauseOf(r), p)
}

func (s *Server) payAgain(r *http.Request) (any, error) {
	in, err := decode[api.AgainRequest](s, r)
	if err != nil {
		return nil, err
	}
	if err := s.checkCurrency(in.Currency); err != nil {
		return nil, err
	}
	subscription, err := s.subscription(in.CustomerUID)
	if err != nil {
		return nil, err
	}
	card := api.Card{
		CardCode: subscription.CardCode, CardName: subscription.CardName, CardNumber: subscription.CardNumber,
	}
	p := s.newCardPayment(in.Order, card, text(in.CustomerUID))
	p.BuyerName = orText(in.BuyerName, subscription.CustomerName)
	p.BuyerEmail = orText(in.BuyerEmail, subscription.CustomerEmail)
	p.BuyerTel = orText(in.BuyerTel, subscription.CustomerTel)
	p.BuyerAddr = orText(in.BuyerAddr, subscription.CustomerAddr)
	p.BuyerPostcode = orText(in.BuyerPostcode, subscription.CustomerPostcode)
	return s.create(fault.CauseOf(r), p)
}

func (s *Server) newCardPayment(o api.Order, card api.Card, customerUID *string) api.Payment {
	p := s.newPayment(api.MethodCard, o.MerchantUID, o.Amount)
	p.Name = &o.Name
	p.Currency = *orText(o.Currency, &p.Currency)
	p.BuyerName, p.BuyerEmail, p.BuyerTel = text(o.BuyerName), text(o.BuyerEmail), text(o.BuyerTel)
	p.BuyerAddr, p.BuyerPostcode = text(o.BuyerAddr), text(o.BuyerPostcode)
	p.CustomData = text(o.CustomData)
	p.NoticeURL = o.NoticeURL
	p.CustomerUID = customerUID
	if customerUID != nil {
		p.CustomerUIDUsage = text("issue")
	}
	p.Status = api.StatusPaid
	p.PaidAt = s.stamp(s.clock.Now())
	card.CardQuota = o.CardQuota
	card.ApplyNum = newUID()
	p.Card = &card
	return p
}

// checkCurrency knows four currencies, as the reference does. The real Iamport's
// depend on the card company.
func (s *Server) checkCurrency(currency string) error {
	if s.real() {
		return nil
	}
	return among("currency", cmp.Or(currency, "KRW"), "KRW", "USD", "EUR", "JPY")
}
