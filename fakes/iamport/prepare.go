package iamport

import (
	"net/http"

	api "github.com/samchon/payments-server/api/iamport"
)

// prepare registers the amount of an order, once.
func (s *Server) prepare(r *http.Request) (any, error) {
	in, err := decode[api.Prepared](s, r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.kept.prepared.Get(in.MerchantUID); ok {
		return nil, refused("The merchant_uid has been prepared already.")
	}
	s.kept.prepared.Put(in.MerchantUID, in.Amount)
	return in, nil
}

// prepareAgain replaces the amount.
func (s *Server) prepareAgain(r *http.Request) (any, error) {
	in, err := decode[api.Prepared](s, r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.kept.prepared.Get(in.MerchantUID); !ok {
		return nil, notFound("prepared order")
	}
	s.kept.prepared.Put(in.MerchantUID, in.Amount)
	return in, nil
}

func (s *Server) getPrepared(r *http.Request) (any, error) {
	merchantUID := r.PathValue("merchant_uid")
	s.mu.Lock()
	defer s.mu.Unlock()
	amount, ok := s.kept.prepared.Get(merchantUID)
	if !ok {
		return nil, notFound("prepared order")
	}
	return api.Prepared{MerchantUID: merchantUID, Amount: amount}, nil
}
