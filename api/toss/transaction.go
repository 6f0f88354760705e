package toss

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/samchon/payments-server/api/money"
)

// Transaction is one movement of money: a payment, or a cancel. Status tells
// them apart; one payment has as many as there were.
type Transaction struct {
	MID            string       `json:"mId"`
	TransactionKey string       `json:"transactionKey"`
	PaymentKey     string       `json:"paymentKey"`
	OrderID        string       `json:"orderId"`
	Method         Method       `json:"method"`
	CustomerKey    *string      `json:"customerKey"`
	UseEscrow      bool         `json:"useEscrow"`
	ReceiptURL     string       `json:"receiptUrl"`
	Status         Status       `json:"status"`
	TransactionAt  Time         `json:"transactionAt"`
	Currency       string       `json:"currency"`
	Amount         money.Amount `json:"amount"`
}

// TransactionQuery is a page of the ledger.
type TransactionQuery struct {
	Start, End    time.Time // by the time of the transaction
	StartingAfter string    // transaction key that ended the page before; "" for the first
	Limit         int       // 0 is the gateway's own: 100
}

// Transactions reads a page of the ledger, oldest first.
func (c *Client) Transactions(ctx context.Context, q TransactionQuery) ([]Transaction, error) {
	// Without an offset the gateway takes a time for Korean.
	const local = "2006-01-02T15:04:05"
	values := url.Values{
		"startDate": {q.Start.In(KST).Format(local)},
		"endDate":   {q.End.In(KST).Format(local)},
	}
	if q.StartingAfter != "" {
		values.Set("startingAfter", q.StartingAfter)
	}
	if q.Limit > 0 {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	var transactions []Transaction
	if err := c.get(ctx, "/v1/transactions?"+values.Encode(), &transactions); err != nil {
		return nil, fmt.Errorf("list toss transactions: %w", err)
	}
	return transactions, nil
}
