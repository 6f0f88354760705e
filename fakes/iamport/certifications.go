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
	if s.real() {
		in.Birth = inFull(in.Birth, in.GenderDigit)
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

// inFull is a birthday with its century, which the real Iamport reads from the
// gender digit: 3, 4, 7 and 8 are of people born since 2000.
func inFull(birth, genderDigit string) string {
	birth = strings.NewReplacer("-", "", ".", "").Replace(birth)
	switch {
	case len(birth) != len("YYMMDD"):
		return birth
	case slices.Contains([]string{"3", "4", "7", "8"}, genderDigit):
		return "20" + birth
	}
	return "19" + birth
}

func newCertification(in api.CertificationRequest) (api.Certification, error) {
	birth, err := time.Parse("20060102", in.Birth)
	if err != nil {
		return api.Certification{}, mistyped("birth", "YYYYMMDD", nil)
	}
	gender, err := strconv.Atoi(in.GenderDigit)
	if err != nil {
		return api.Certification{}, mistyped("gender_digit", "a digit", nil)
	}
	if err := among("carrier", in.Carrier, "SKT", "KT", "LGT"); err != nil {
		return api.Certification{}, err
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

type oneTimePassword struct {
	OTP string `json:"otp"`
}

func (s *Server) confirmOTP(r *http.Request) (any, error) {
	in, err := decode[oneTimePassword](s, r)
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
