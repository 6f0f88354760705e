package toss

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/internal/checkout"
)

//go:embed sdk.js
var sdk string

// payerWindow is how long a payer may take to authenticate.
// https://docs.tosspayments.com/en/webhooks
const payerWindow = 30 * time.Minute

// window is a payment window: what the shop's page asked for, and where to go
// from there.
type window struct {
	order   checkoutOrder
	payment *payment // nil when a card is to be registered
	success *url.URL // nil: the promise brings the result
	fail    *url.URL
}

// checkoutOrder is what the fake's SDK sends.
type checkoutOrder struct {
	ClientKey    string       `json:"clientKey"`
	Method       string       `json:"method"`
	Amount       money.Amount `json:"amount"`
	OrderID      string       `json:"orderId"`
	OrderName    string       `json:"orderName"`
	CustomerName string       `json:"customerName"`
	CustomerKey  string       `json:"customerKey"`
	SuccessURL   string       `json:"successUrl"`
	FailURL      string       `json:"failUrl"`
	Billing      bool         `json:"billing"`
	ValidHours   int          `json:"validHours"`
}

// serveCheckout adds the SDK and the payment window, which browsers ask for
// without a secret key.
func (s *Server) serveCheckout(mux *http.ServeMux) {
	checkout.Mount(mux, sdk, "GET /v1/payment", "GET /v2/standard")
	mux.HandleFunc("POST /checkout", s.openCheckout)
	mux.HandleFunc("GET /checkout/{id}", s.showCheckout)
	mux.HandleFunc("POST /checkout/{id}/{choice}", s.chooseAtCheckout)
}

func (s *Server) openCheckout(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*") // the shop's page has an origin of its own
	order, err := readOrder(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.newCheckout(order)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"path": "/checkout/" + id})
}

// readOrder refuses in the vendor's words in both styles: the reference has no
// payment window.
func readOrder(body io.Reader) (checkoutOrder, error) {
	var order checkoutOrder
	raw, err := io.ReadAll(body)
	if err != nil || json.Unmarshal(raw, &order) != nil {
		return order, refusal{code: api.CodeInvalidRequest}
	}
	var breached breach
	if errors.As(order.shape().check(raw, "$input"), &breached) {
		return order, refusal{code: breached.code}
	}
	return order, nil
}

func (o checkoutOrder) shape() shape {
	switch {
	case o.Billing:
		return windowShapes.billing
	case o.forAccount():
		return windowShapes.account
	default:
		return windowShapes.card
	}
}

func (o checkoutOrder) forCard() bool { return o.Method == "카드" || o.Method == "CARD" }
func (o checkoutOrder) forAccount() bool {
	return o.Method == "가상계좌" || o.Method == "VIRTUAL_ACCOUNT"
}

func (s *Server) newCheckout(order checkoutOrder) (string, error) {
	c := &window{order: order}
	var err error
	if c.success, err = destination(order.SuccessURL); err != nil {
		return "", err
	}
	if c.fail, err = destination(order.FailURL); err != nil {
		return "", err
	}
	if order.Billing {
		id := uuid.NewString()
		s.books.checkouts.Put(id, c)
		return id, nil
	}
	if c.payment, err = s.ordered(order); err != nil {
		return "", err
	}
	s.expire(c.payment, payerWindow)
	s.add(c.payment)
	s.books.checkouts.Put(c.payment.PaymentKey, c)
	return c.payment.PaymentKey, nil
}

func destination(address string) (*url.URL, error) {
	u, err := checkout.Destination(address)
	if err != nil {
		return nil, refusal{code: api.CodeInvalidRequest}
	}
	return u, nil
}

// ordered makes the payment that waits for its payer.
func (s *Server) ordered(order checkoutOrder) (*payment, error) {
	if err := s.orderable(order.OrderID, order.Amount); err != nil {
		return nil, err
	}
	switch {
	case order.forCard():
		p := s.newPayment(api.MethodCard, order.OrderID, order.OrderName, order.Amount)
		p.Card = s.newCard(payerCard, 0)
		return p, nil
	case order.forAccount():
		p := s.newPayment(api.MethodVirtualAccount, order.OrderID, order.OrderName, order.Amount)
		s.furnish(p, api.VirtualAccountRequest{Bank: "신한", CustomerName: order.CustomerName, ValidHours: order.ValidHours})
		return p, nil
	}
	return nil, refusal{code: codeUnsupportedMethod}
}

// payerCard is the card that every payer of the fake holds.
const payerCard = "4330123412341234"

func (s *Server) showCheckout(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.books.checkouts.Get(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	c.face().Write(w)
}

// face is what the payer sees of it.
func (c *window) face() checkout.Window {
	face := checkout.Window{Vendor: "토스페이먼츠", English: "Toss Payments", Choices: []checkout.Choice{
		{Name: "pay", Label: "결제하기 · Pay"},
		{Name: "reject", Label: "카드사 승인 거절 · Let the card be refused"},
		{Name: "cancel", Label: "결제 취소 · Give up"},
		{Name: "close", Label: "창 닫기 · Close the window", Unheard: true},
	}}
	p := c.payment
	if p == nil {
		face.Name, face.Method = "자동결제 카드 등록", string(api.MethodCard)
		face.Choices[0].Label = "카드 등록하기 · Register the card"
		return face
	}
	face.Name, face.Order = c.order.OrderName, p.OrderID
	face.Amount, face.Method = p.TotalAmount.String()+"원", string(p.Method)
	return face
}
