package toss

import (
	"context"
	"fmt"

	"github.com/samchon/payments-server/api/money"
)

// Types of a cash receipt: for a person's income tax, or for a firm's books.
const (
	CashReceiptIncomeDeduction = "소득공제"
	CashReceiptExpenditure     = "지출증빙"
)

// CashReceipt is the tax office's record of a payment in cash.
type CashReceipt struct {
	ReceiptKey     string `json:"receiptKey"`
	Type           string `json:"type"`
	OrderID        string `json:"orderId"`
	OrderName      string `json:"orderName"`
	ApprovalNumber string `json:"approvalNumber,omitempty"`
	ApprovedAt     Time   `json:"approvedAt"`
	CanceledAt     Time   `json:"canceledAt"`
	ReceiptURL     string `json:"receiptUrl"`
	PaymentKey     string `json:"__paymentKey,omitempty"` // leaks out of the reference's fake

	// Since API version 1.4, where the receipt of a cancel is another one.
	IssueNumber     string       `json:"issueNumber,omitempty"`
	IssueStatus     string       `json:"issueStatus,omitempty"`     // IN_PROGRESS, COMPLETED, FAILED
	TransactionType string       `json:"transactionType,omitempty"` // CONFIRM, CANCEL
	Amount          money.Amount `json:"amount,omitzero"`
	TaxFreeAmount   money.Amount `json:"taxFreeAmount,omitzero"`
	RequestedAt     Time         `json:"requestedAt,omitzero"`
}

// CashReceiptSummary is what a payment tells of its cash receipt.
type CashReceiptSummary struct {
	Type          string       `json:"type" doc:"소득공제 (for income tax) or 지출증빙 (for the books of a firm)."`
	Amount        money.Amount `json:"amount" doc:"Amount of the receipt, in won."`
	TaxFreeAmount money.Amount `json:"taxFreeAmount" doc:"The part of it that is free of tax, in won."`
	IssueNumber   string       `json:"issueNumber" doc:"The tax office's number of the receipt."`
	ReceiptURL    string       `json:"receiptUrl" doc:"Page of the receipt, for the customer."`
}

// CashReceiptRequest asks for a cash receipt.
type CashReceiptRequest struct {
	Type           string        `json:"type"`
	PaymentKey     string        `json:"paymentKey,omitempty"` // API version 1.3 and the reference's fake
	OrderID        string        `json:"orderId"`
	OrderName      string        `json:"orderName"`
	Amount         money.Amount  `json:"amount"`
	TaxFreeAmount  *money.Amount `json:"taxFreeAmount,omitempty"`
	BusinessNumber string        `json:"businessNumber,omitempty"`

	// The payer's telephone, card or business number.
	RegistrationNumber     string `json:"registrationNumber,omitempty"`     // API version 1.3
	CustomerIdentityNumber string `json:"customerIdentityNumber,omitempty"` // its name today
}

// CreateCashReceipt issues a cash receipt for a payment.
func (c *Client) CreateCashReceipt(
	ctx context.Context, in CashReceiptRequest, options ...CallOption,
) (*CashReceipt, error) {
	var receipt CashReceipt
	if err := c.post(ctx, "/v1/cash-receipts", in, &receipt, options); err != nil {
		return nil, fmt.Errorf("create cash receipt of order %s: %w", in.OrderID, err)
	}
	return &receipt, nil
}

// CancelCashReceipt takes a cash receipt back, whole.
func (c *Client) CancelCashReceipt(
	ctx context.Context, receiptKey string, options ...CallOption,
) (*CashReceipt, error) {
	var receipt CashReceipt
	if err := c.post(ctx, "/v1/cash-receipts"+segment(receiptKey)+"/cancel", struct{}{}, &receipt, options); err != nil {
		return nil, fmt.Errorf("cancel cash receipt %s: %w", receiptKey, err)
	}
	return &receipt, nil
}
