package iamport

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
)

func (s *Server) requestOTP(r *http.Request) (any, error) {
	in, err := decode[api.CertificationRequest](s, r)
	if err != nil {
		return nil, err
	}
	certification, err := newCertification(in)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.certifications.Put(certification.ImpUID, certification)
	return map[string]string{"imp_uid": certification.ImpUID}, nil
}

func newCertification(in api.CertificationRequest) (api.Certification, error) {
	const mismatch = "Request body data is not following the promised type."
	birth, err := time.Parse("20060102", in.Birth)
	if err != nil {
		return api.Certification{}, malformed("$input.birth", mismatch)
	}
	gender, err := strconv.Atoi(in.GenderDigit)
	if err != nil {
		return api.Certification{}, malformed("$input.gender_digit", mismatch)
	}
	if !slices.Contains([]string{"SKT", "KT", "LGT"}, in.Carrier) {
		return api.Certification{}, malformed("$input.carrier", mismatch)
	}
	return api.Certification{
		ImpUID:       newUID(),
		MerchantUID:  text(in.MerchantUID),
		Name:         in.Name,
		Gender:       strconv.Itoa(gender % 2),
		Birth:        api.Unix(birth),
		Birthday:     in.Birth,
		Phone:        strings.ReplaceAll(in.Phone, "-", ""),
		Carrier:      in.Carrier,
		UniqueKey:    newUID(),
		UniqueInSite: newUID(),
		PGTID:        newUID(),
		PGProvider:   "some-provider",
		Origin:       "fake-iamport",
		OTP:          digits(4),
	}, nil
}

func (s *Server) confirmOTP(r *http.Request) (any, error) {
	in, err := decode[struct {
		OTP string `json:"otp"`
	}](s, r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	certification, ok := s.kept.certifications.Get(r.PathValue("imp_uid"))
	switch {
	case !ok:
		return nil, notFound("certification")
	case certification.Certified:
		return nil, refused("Certified already.")
	case certification.OTP != in.OTP:
		return nil, forbidden("Wrong OTP.")
	}
	certification.Certified = true
	certification.CertifiedAt = s.stamp(s.clock.Now())
	s.kept.certifications.Put(certification.ImpUID, certification)
	return certification, nil
}

func (s *Server) getCertification(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	certification, ok := s.kept.certifications.Get(r.PathValue("imp_uid"))
	if !ok {
		return nil, notFound("certification")
	}
	return certification, nil
}

func (s *Server) deleteCertification(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	certification, ok := s.kept.certifications.Get(r.PathValue("imp_uid"))
	if !ok {
		return nil, notFound("certification")
	}
	s.kept.certifications.Delete(certification.ImpUID)
	return certification, nil
}
