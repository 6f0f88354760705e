package iamport

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/internal/checkout"
)

//go:embed iamport.js
var script string

// window is a payment window that is open: a payment that is not made yet.
type window struct {
	payment  api.Payment
	redirect *url.URL // m_redirect_url; nil without one
	settled  bool
}

// checkoutOrder is what a shop's page hands to IMP.request_pay.
type checkoutOrder struct {
	PayMethod     api.PayMethod   `json:"pay_method"`
	MerchantUID   string          `json:"merchant_uid"`
	Name          string          `json:"name"`
	Amount        money.Amount    `json:"amount"`
	Currency      string          `json:"currency"`
	BuyerName     string          `json:"buyer_name"`
	BuyerEmail    string          `json:"buyer_email"`
	BuyerTel      string          `json:"buyer_tel"`
	BuyerAddr     string          `json:"buyer_addr"`
	BuyerPostcode string          `json:"buyer_postcode"`
	CustomerUID   string          `json:"customer_uid"` // registers the card as well
	CustomData    json.RawMessage `json:"custom_data"`
	NoticeURL     string          `json:"notice_url"`
	VBankDue      string          `json:"vbank_due"` // YYYYMMDDhhmm, Korean time
	RedirectURL   string          `json:"m_redirect_url"`
}

// serveCheckout adds the script for shops' pages, under the real one's paths,
// and the payment window. Browsers ask for them without a token.
func (s *Server) serveCheckout(mux *http.ServeMux) {
	// The latter is iamport.payment-1.2.0.js, of any version.
	checkout.Mount(mux, script, "GET /v1/iamport.js", "GET /js/{iamport_payment_js}")
	mux.HandleFunc("POST /checkout", s.openCheckout)
	mux.HandleFunc("GET /checkout/{imp_uid}", s.showCheckout)
	mux.HandleFunc("POST /checkout/{imp_uid}/{choice}", s.chooseAtCheckout)
}

func (s *Server) openCheckout(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*") // the shop's page has an origin of its own
	var order checkoutOrder
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&order); err != nil {
		s.writeError(w, malformed("The order is not valid: "+err.Error()))
		return
	}
	impUID, err := s.newCheckout(order)
	if err != nil {
		s.writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"path": "/checkout/" + impUID})
}

func (s *Server) newCheckout(order checkoutOrder) (string, error) {
	redirect, err := checkout.Destination(order.RedirectURL)
	if err != nil {
		return "", malformed("m_redirect_url: " + err.Error())
	}
	payment, err := s.ordered(order)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkOrder(order.MerchantUID, order.Amount); err != nil {
		return "", err
	}
	s.kept.checkouts.Put(payment.ImpUID, &window{payment: payment, redirect: redirect})
	return payment.ImpUID, nil
}

// ordered is the payment as it will be when the payer agrees.
func (s *Server) ordered(o checkoutOrder) (api.Payment, error) {
	if o.PayMethod == "" {
		o.PayMethod = api.MethodCard
	}
	if err := s.checkCurrency(o.Currency); err != nil {
		return api.Payment{}, err
	}
	p := s.newPayment(o.PayMethod, o.MerchantUID, o.Amount)
	p.Currency = *orText(o.Currency, &p.Currency)
	p.Name = text(o.Name)
	p.BuyerName, p.BuyerEmail, p.BuyerTel = text(o.BuyerName), text(o.BuyerEmail), text(o.BuyerTel)
	p.BuyerAddr, p.BuyerPostcode = text(o.BuyerAddr), text(o.BuyerPostcode)
	p.CustomData = text(customData(o.CustomData))
	p.NoticeURL = o.NoticeURL
	p.CustomerUID = text(o.CustomerUID)
	if p.CustomerUID != nil {
		p.CustomerUIDUsage = text("issue")
	}
	err := s.furnish(&p, o)
	return p, err
}

// customData is stored as text: an object becomes its JSON, as the real one's
// reference says.
func customData(raw json.RawMessage) string {
	var plain string
	if json.Unmarshal(raw, &plain) == nil {
		return plain
	}
	return string(raw)
}

// furnish adds the variant of the payment's method.
func (s *Server) furnish(p *api.Payment, o checkoutOrder) error {
	switch p.PayMethod {
	case api.MethodCard, api.MethodSamsung:
		p.Card = &api.Card{CardCode: newUID(), CardName: hangul(3), CardNumber: payerCard, ApplyNum: newUID()}
	case api.MethodTransfer:
		p.Transfer = &api.Transfer{BankCode: "088", BankName: "신한은행"}
	case api.MethodVBank:
		due, err := s.vbankDue(o.VBankDue)
		if err != nil {
			return err
		}
		p.VBank = s.newVBank(api.VBankRequest{VBankCode: "088", VBankDue: due, VBankHolder: o.BuyerName})
	}
	return nil
}

const (
	// payerCard is the card that every payer of the fake holds.
	payerCard = "4092-0230-1234-1234"
	// vbankLife is how long a virtual account waits when the shop does not say.
	vbankLife = 7 * 24 * time.Hour
)

var korea = time.FixedZone("KST", 9*60*60)

func (s *Server) vbankDue(value string) (api.Time, error) {
	if value == "" {
		return s.stamp(s.clock.Now().Add(vbankLife)), nil
	}
	due, err := time.ParseInLocation("200601021504", value, korea)
	if err != nil {
		return api.Time{}, malformed("vbank_due is not YYYYMMDDhhmm.")
	}
	return api.Unix(due), nil
}

func (s *Server) showCheckout(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	c, ok := s.kept.checkouts.Get(r.PathValue("imp_uid"))
	s.mu.Unlock()
	if !ok {
		s.writeError(w, notFound("payment window"))
		return
	}
	c.face().Write(w)
}

// face is what the payer sees of it.
func (c *window) face() checkout.Window {
	p, pay := c.payment, "결제하기 · Pay"
	if p.VBank != nil {
		pay = "가상계좌 발급하기 · Open an account"
	}
	face := checkout.Window{
		Vendor: "아임포트", English: "Iamport",
		Amount: p.Amount.String() + " " + p.Currency, Method: string(p.PayMethod), Order: p.MerchantUID,
		Choices: []checkout.Choice{
			{Name: "pay", Label: pay},
			{Name: "fail", Label: "카드사 승인 거절 · Let the card be refused"},
			{Name: "close", Label: "창 닫기 · Close the window"},
		},
	}
	if p.Name != nil {
		face.Name = *p.Name
	}
	return face
}
