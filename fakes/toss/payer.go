package toss

import (
	"net/http"

	"github.com/google/uuid"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/checkout"
)

// outcome is what a choice of the payer leads to: an address to go to, or what
// the SDK's promise brings.
type outcome struct {
	Redirect string            `json:"redirect,omitempty"`
	Result   map[string]string `json:"result,omitempty"`
	Error    *vendorBody       `json:"error,omitempty"`
}

func (s *Server) chooseAtCheckout(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.books.checkouts.Get(r.PathValue("id"))
	if !ok || c.settled() {
		writeVendor(w, r, api.CodeNotFoundPaymentSession)
		return
	}
	switch r.PathValue("choice") {
	case "pay":
		writeJSON(w, http.StatusOK, s.payerAgrees(c))
	case "reject":
		writeJSON(w, http.StatusOK, s.cardRejects(c, fault.CauseOf(r)))
	case "cancel", "close":
		writeJSON(w, http.StatusOK, c.failed(codePayerCanceled, ""))
	default:
		writeVendor(w, r, api.CodeInvalidRequest)
	}
}

// settled reports whether the payer has paid, was refused, or came too late.
func (c *window) settled() bool { return c.payment != nil && c.payment.Status != api.StatusReady }

// payerAgrees authenticates the payment. No money moves until the shop confirms.
func (s *Server) payerAgrees(c *window) outcome {
	if c.payment == nil {
		return c.succeeded(map[string]string{"customerKey": c.order.CustomerKey, "authKey": uuid.NewString()})
	}
	p := c.payment
	s.consented(p)
	return c.succeeded(map[string]string{
		"paymentType": p.Type, "paymentKey": p.PaymentKey, "orderId": p.OrderID, "amount": p.TotalAmount.String(),
	})
}

func (s *Server) cardRejects(c *window, cause fault.Cause) outcome {
	if c.payment == nil {
		return c.failed(codeCardRejected, "")
	}
	s.abort(c.payment, cause)
	return c.failed(codeCardRejected, c.payment.OrderID)
}

func (c *window) succeeded(result map[string]string) outcome {
	if c.success == nil {
		return outcome{Result: result}
	}
	return outcome{Redirect: checkout.Extend(c.success, result)}
}

// failed leaves the order out when the payer gave up: the real gateway does not
// tell failUrl which order that was.
func (c *window) failed(code, orderID string) outcome {
	message := vendorErrors()[code].korean
	if c.fail == nil {
		return outcome{Error: &vendorBody{code, message}}
	}
	query := map[string]string{"code": code, "message": message}
	if orderID != "" {
		query["orderId"] = orderID
	}
	return outcome{Redirect: checkout.Extend(c.fail, query)}
}
