package iamport

import (
	"errors"
	"net/http"

	"github.com/samchon/payments-server/fakes/internal/control"
	"github.com/samchon/payments-server/fakes/internal/front"
	"github.com/samchon/payments-server/fakes/internal/page"
)

// endpoint handles one call and returns its response, without the envelope.
type endpoint func(r *http.Request) (any, error)

func (s *Server) routes() http.Handler {
	gateway := http.NewServeMux()
	for pattern, handle := range map[string]endpoint{
		"GET /payments":                                 s.getPayments,
		"GET /payments/{imp_uid}":                       s.getPayment,
		"GET /payments/find/{merchant_uid}":             s.findPayment,
		"GET /payments/find/{merchant_uid}/{status}":    s.findPayment,
		"GET /payments/findAll/{merchant_uid}":          s.findPayments,
		"GET /payments/findAll/{merchant_uid}/{status}": s.findPayments,
		"POST /payments/cancel":                         s.cancelPayment,
		"POST /payments/prepare":                        s.prepare,
		"PUT /payments/prepare":                         s.prepareAgain,
		"GET /payments/prepare/{merchant_uid}":          s.getPrepared,

		"POST /subscribe/payments/onetime":           s.payOnetime,
		"POST /subscribe/payments/again":             s.payAgain,
		"GET /subscribe/customers/{customer_uid}":    s.getSubscription,
		"POST /subscribe/customers/{customer_uid}":   s.createSubscription,
		"DELETE /subscribe/customers/{customer_uid}": s.deleteSubscription,

		"POST /vbanks":             s.createVBank,
		"PUT /vbanks":              s.updateVBank,
		"DELETE /vbanks/{imp_uid}": s.revokeVBank,

		"GET /receipts/{imp_uid}":    s.getReceipt,
		"POST /receipts/{imp_uid}":   s.createReceipt,
		"DELETE /receipts/{imp_uid}": s.deleteReceipt,

		"GET /certifications/{imp_uid}":              s.getCertification,
		"DELETE /certifications/{imp_uid}":           s.deleteCertification,
		"POST /certifications/otp/request":           s.requestOTP,
		"POST /certifications/otp/confirm/{imp_uid}": s.confirmOTP,
	} {
		gateway.Handle(pattern, s.authorized(s.enveloped(handle)))
	}
	// Both methods: the published clients changed from GET to PUT between their
	// generations.
	gateway.Handle("GET /internal/deposit/{imp_uid}", s.authorized(s.deposit))
	gateway.Handle("PUT /internal/deposit/{imp_uid}", s.authorized(s.deposit))
	gateway.HandleFunc("POST /internal/webhook", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
	})
	gateway.Handle("POST /users/getToken", s.enveloped(s.getToken))
	gateway.HandleFunc("/", s.unknownRoute)

	root := http.NewServeMux()
	root.Handle(control.Prefix, control.New(s.workings(), s, control.Options(s.Settings, s.Configure)))
	page.Mount(root, "Iamport")
	s.serveCheckout(root)
	root.Handle("/", withCORS(s.front().Wrap(gateway)))
	return root
}

// secrets are members of requests that no record or answer shows.
var secrets = []string{
	"imp_key", "imp_secret", "card_number", "expiry", "birth", "pwd_2digit", "cvc", "otp", "refund_account",
	"pg_api_key", "identifier",
}

func (s *Server) front() front.Front {
	return front.Front{
		Clock: s.clock, Faults: s.faults, Ledger: s.ledger,
		Refuse: s.refuse,
		Mask:   front.Mask(secrets...),
		Asked:  askedAbout, Answered: answeredAbout,
	}
}

// enveloped writes what an endpoint returns. The reference fake is a NestJS
// server, which answers a POST with 201.
func (s *Server) enveloped(handle endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		response, err := handle(r)
		if err != nil {
			s.writeError(w, err)
			return
		}
		status := http.StatusOK
		if r.Method == http.MethodPost && !s.real() {
			status = http.StatusCreated
		}
		if some, ok := response.(partial); ok {
			status, response = http.StatusMultiStatus, some.found
		}
		writeJSON(w, status, struct {
			Code     int    `json:"code"`
			Message  string `json:"message"`
			Response any    `json:"response"`
		}{0, "success", response})
	}
}

func (s *Server) writeError(w http.ResponseWriter, err error) {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{status: http.StatusInternalServerError, message: err.Error()}
	}
	s.writeFailure(w, f)
}

func (s *Server) unknownRoute(w http.ResponseWriter, r *http.Request) {
	s.writeFailure(w, &failure{status: http.StatusNotFound, message: "Cannot " + r.Method + " " + r.URL.Path})
}

// withCORS lets pages of any origin call the gateway, as the reference fake does.
func withCORS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			w.Header().Set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
			w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
			w.Header().Set("Vary", "Access-Control-Request-Headers")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
