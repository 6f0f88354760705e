package iamport

import (
	"net/http"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/checkout"
)

// outcome is what a choice of the payer leads to: what the callback of
// IMP.request_pay gets, and where a page without one goes.
type outcome struct {
	Response callback `json:"response"`
	Redirect string   `json:"redirect,omitempty"`
}

// callback is the argument of a shop's callback.
type callback struct {
	Success      bool          `json:"success"`
	ErrorCode    string        `json:"error_code,omitempty"`
	ErrorMessage string        `json:"error_msg,omitempty"`
	ImpUID       string        `json:"imp_uid"`
	MerchantUID  string        `json:"merchant_uid"`
	PaidAmount   money.Amount  `json:"paid_amount"`
	PayMethod    api.PayMethod `json:"pay_method"`
	Status       api.Status    `json:"status"`
	Name         *string       `json:"name"`
	Currency     string        `json:"currency"`
	PGProvider   string        `json:"pg_provider"`
	PGTID        string        `json:"pg_tid"`
	BuyerName    *string       `json:"buyer_name"`
	BuyerEmail   *string       `json:"buyer_email"`
	BuyerTel     *string       `json:"buyer_tel"`
	BuyerAddr    *string       `json:"buyer_addr"`
	BuyerZip     *string       `json:"buyer_postcode"`
	CustomData   *string       `json:"custom_data"`
	PaidAt       api.Time      `json:"paid_at"`
	ReceiptURL   string        `json:"receipt_url"`
	ApplyNum     string        `json:"apply_num,omitempty"`
	VBankNum     string        `json:"vbank_num,omitempty"`
	VBankName    string        `json:"vbank_name,omitempty"`
	VBankHolder  string        `json:"vbank_holder,omitempty"`
	VBankDate    api.Time      `json:"vbank_date,omitzero"`
}

func (s *Server) chooseAtCheckout(w http.ResponseWriter, r *http.Request) {
	result, err := s.choose(fault.CauseOf(r), r.PathValue("imp_uid"), r.PathValue("choice"))
	if err != nil {
		s.writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, result)
}

func (s *Server) choose(cause fault.Cause, impUID, choice string) (outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.kept.checkouts.Get(impUID)
	if !ok || c.settled {
		return outcome{}, notFound("payment window")
	}
	switch choice {
	case "pay":
		return s.agree(cause, c)
	case "fail":
		return s.give(c, "[결제실패] 카드사가 승인을 거절했습니다"), nil
	case "close":
		return s.give(c, "[결제포기] 사용자가 결제를 취소하셨습니다"), nil
	}
	return outcome{}, notFound("choice")
}

// agree makes the payment, or opens its virtual account, and tells the shop.
func (s *Server) agree(cause fault.Cause, c *window) (outcome, error) {
	p := c.payment
	// Another window of the same order may have been quicker.
	if err := s.checkOrder(p.MerchantUID, p.Amount); err != nil {
		return outcome{}, err
	}
	c.settled = true
	p.Status = api.StatusReady
	if p.VBank == nil {
		p.Status = api.StatusPaid
		p.PaidAt = s.stamp(s.clock.Now())
	}
	if p.CustomerUID != nil && p.Card != nil {
		s.kept.subscriptions.Put(*p.CustomerUID, s.newSubscription(*p.CustomerUID, api.CardInput{CardNumber: p.Card.CardNumber}))
	}
	s.store(cause, p)
	return c.outcome(p, ""), nil
}

// give fails the payment. The real Iamport sends no webhook of it.
func (s *Server) give(c *window, reason string) outcome {
	c.settled = true
	p := c.payment
	p.Status = api.StatusFailed
	p.FailedAt = s.stamp(s.clock.Now())
	p.FailReason = &reason
	s.kept.add(p)
	return c.outcome(p, reason)
}

// errorCode is what a payment that failed in its window reports.
const errorCode = "F400"

func (c *window) outcome(p api.Payment, reason string) outcome {
	response := callbackOf(p)
	query := map[string]string{"imp_uid": p.ImpUID, "merchant_uid": p.MerchantUID, "imp_success": "true"}
	if reason != "" {
		response.Success, response.ErrorCode, response.ErrorMessage = false, errorCode, reason
		query["imp_success"] = "false"
		query["error_code"] = errorCode
		query["error_msg"] = reason
	}
	if c.redirect == nil {
		return outcome{Response: response}
	}
	return outcome{Response: response, Redirect: checkout.Extend(c.redirect, query)}
}

func callbackOf(p api.Payment) callback {
	response := callback{
		Success: true, ImpUID: p.ImpUID, MerchantUID: p.MerchantUID, PaidAmount: p.Amount, PayMethod: p.PayMethod,
		Status: p.Status, Name: p.Name, Currency: p.Currency, PGProvider: p.PGProvider, PGTID: p.PGTID,
		BuyerName: p.BuyerName, BuyerEmail: p.BuyerEmail, BuyerTel: p.BuyerTel, BuyerAddr: p.BuyerAddr,
		BuyerZip: p.BuyerPostcode, CustomData: p.CustomData, PaidAt: p.PaidAt, ReceiptURL: p.ReceiptURL,
	}
	if p.Card != nil {
		response.ApplyNum = p.Card.ApplyNum
	}
	if p.VBank != nil {
		response.VBankNum, response.VBankName = p.VBank.VBankNum, p.VBank.VBankName
		response.VBankHolder, response.VBankDate = p.VBank.VBankHolder, p.VBank.VBankDate
	}
	return response
}
