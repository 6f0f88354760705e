package toss

import (
	_ "embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Codes that the client package has no use for.
const (
	codeBelowMinimumAmount = "BELOW_MINIMUM_AMOUNT"
	codeCardRejected       = "REJECT_CARD_COMPANY"
	codeDuplicatedReceipt  = "DUPLICATED_CASH_RECEIPT"
	codeIncorrectBasicAuth = "INCORRECT_BASIC_AUTH_FORMAT"
	codeInvalidBillingKey  = "INVALID_BILL_KEY_REQUEST"
	codeInvalidPagingKey   = "INVALID_PAGING_KEY"
	codeInvalidOrderID     = "INVALID_ORDER_ID"
	codeInvalidTestCode    = "INVALID_TEST_CODE"
	codePayerCanceled      = "PAY_PROCESS_CANCELED"
	codeRemovedBillingKey  = "ALREADY_REMOVED_BILLING_KEY"
	codeUnsupportedMethod  = "NOT_SUPPORTED_METHOD"
)

// vendorError is what the gateway answers with one of its codes.
type vendorError struct {
	status          int
	korean, english string
}

// message speaks Korean, unless the caller prefers English.
func (e vendorError) message(r *http.Request) string {
	if strings.HasPrefix(r.Header.Get("Accept-Language"), "en") {
		return e.english
	}
	return e.korean
}

// codes.tsv follows https://docs.tosspayments.com/reference/error-codes, and
// https://docs.tosspayments.com/guides/using-api/idempotency-key for two of them.
// They leave out the messages of ALREADY_REMOVED_BILLING_KEY, and the English ones
// of FORBIDDEN_BANK_REFUND_REQUEST and of those two: these are ours.
//
//go:embed codes.tsv
var codeTable string

// vendorErrors are the codes of the calls that the fake knows. They are read when one is needed: every process of the
// server is this program, and a worker that starts needs none.
var vendorErrors = sync.OnceValue(func() map[string]vendorError { return parseCodes(codeTable) })

func parseCodes(table string) map[string]vendorError {
	errors := make(map[string]vendorError)
	_, rows, _ := strings.Cut(table, "\n") // below the heading
	for row := range strings.Lines(rows) {
		cells := strings.Split(strings.TrimSpace(row), "\t")
		status, err := strconv.Atoi(cells[0])
		if err != nil || len(cells) != 4 {
			panic(fmt.Sprintf("fake toss: codes.tsv: %q is no row", row))
		}
		errors[cells[1]] = vendorError{status, cells[2], cells[3]}
	}
	return errors
}
