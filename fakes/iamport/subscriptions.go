package iamport

import (
	"net/http"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
)

func (s *Server) getSubscription(r *http.Request) (any, error) {
	return s.subscription(r.PathValue("customer_uid"))
}

func (s *Server) createSubscription(r *http.Request) (any, error) {
	in, err := decode[api.SubscriptionRequest](s, r)
	if err != nil {
		return nil, err
	}
	return s.register(r.PathValue("customer_uid"), in.CardInput), nil
}

func (s *Server) deleteSubscription(r *http.Request) (any, error) {
	customerUID := r.PathValue("customer_uid")
	s.mu.Lock()
	defer s.mu.Unlock()
	subscription, ok := s.kept.subscriptions.Get(customerUID)
	if !ok {
		return nil, notFound("customer_uid")
	}
	s.kept.subscriptions.Delete(customerUID)
	return subscription, nil
}

func (s *Server) subscription(customerUID string) (api.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	subscription, ok := s.kept.subscriptions.Get(customerUID)
	if !ok {
		return api.Subscription{}, notFound("customer_uid")
	}
	return subscription, nil
}

// register stores a card, in place of the one before.
func (s *Server) register(customerUID string, in api.CardInput) api.Subscription {
	subscription := s.newSubscription(customerUID, in)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.subscriptions.Put(customerUID, subscription)
	return subscription
}

// newSubscription makes up what the request does not tell of the customer, as
// the reference fake does.
func (s *Server) newSubscription(customerUID string, in api.CardInput) api.Subscription {
	const lower = "abcdefghijklmnopqrstuvwxyz"
	return api.Subscription{
		CustomerUID:      customerUID,
		PGProvider:       "pg-of-somewhere",
		PGID:             newUID(),
		CardType:         "card",
		CardCode:         newUID(),
		CardName:         hangul(3),
		CardNumber:       in.CardNumber,
		CustomerName:     orText(in.CustomerName, text(hangul(3))),
		CustomerTel:      orText(in.CustomerTel, text("010"+digits(8))),
		CustomerEmail:    orText(in.CustomerEmail, text(letters(8, lower)+"@samchon.org")),
		CustomerAddr:     orText(in.CustomerAddr, text("address-of-somewhere")),
		CustomerPostcode: orText(in.CustomerPostcode, text("11122")),
		Inserted:         s.inserted(),
	}
}

// inserted is always 1 at the reference.
func (s *Server) inserted() api.Time {
	if s.real() {
		return s.stamp(s.clock.Now())
	}
	return api.Unix(time.Unix(1, 0))
}
