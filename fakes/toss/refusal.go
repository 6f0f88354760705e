package toss

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	api "github.com/samchon/payments-server/api/toss"
)

// refusal is an answer that is not a success, in both styles.
type refusal struct {
	reference int    // HTTP status of the reference; 0 where it knows no such refusal
	text      string // what the reference says
	code      string // the real gateway's; its status and message are in the table
}

func (r refusal) Error() string { return cmp.Or(r.text, r.code) }

// Codes that the client package has no use for.
const (
	codeIncorrectBasicAuth = "INCORRECT_BASIC_AUTH_FORMAT"
	codeInvalidBillingKey  = "INVALID_BILL_KEY_REQUEST"
	codeRemovedBillingKey  = "ALREADY_REMOVED_BILLING_KEY"
	codeInvalidTransaction = "INVALID_TRANSACTION_KEY"
	codeInvalidOrderID     = "INVALID_ORDER_ID"
	codeUnsupportedMethod  = "NOT_SUPPORTED_METHOD"
	codeNotFoundMethod     = "NOT_FOUND_METHOD"
)

type vendorError struct {
	status  int
	message string
}

// vendorErrors are status and message of the codes, as listed at
// https://docs.tosspayments.com/reference/error-codes.
var vendorErrors = map[string]vendorError{
	api.CodeAlreadyCanceled:          {400, "이미 취소된 결제 입니다."},
	api.CodeAlreadyProcessed:         {400, "이미 처리된 결제 입니다."},
	api.CodeCommonError:              {500, "일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요."},
	api.CodeConsecutiveRequest:       {403, "반복적인 요청은 허용되지 않습니다. 잠시 후 다시 시도해주세요."},
	api.CodeDuplicatedOrderID:        {400, "이미 승인 및 취소가 진행된 중복된 주문번호 입니다. 다른 주문번호로 진행해주세요."},
	api.CodeForbiddenRequest:         {403, "허용되지 않은 요청입니다."},
	api.CodeIdempotentProcessing:     {409, "이전 멱등 요청이 처리중입니다."},
	api.CodeInvalidIdempotencyKey:    {400, "멱등키는 300자 이하여야 합니다."},
	api.CodeInvalidRefundAccountInfo: {400, "환불 계좌번호와 예금주명이 일치하지 않습니다."},
	api.CodeInvalidRequest:           {400, "잘못된 요청입니다."},
	api.CodeNotCancelableAmount:      {403, "취소 할 수 없는 금액 입니다."},
	api.CodeNotCancelablePayment:     {403, "취소 할 수 없는 결제 입니다."},
	api.CodeNotFound:                 {404, "존재하지 않는 정보 입니다."},
	api.CodeNotFoundPayment:          {404, "존재하지 않는 결제 정보 입니다."},
	api.CodeNotFoundPaymentSession:   {404, "결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다."},
	api.CodeNotMatchesCustomerKey:    {400, "빌링 인증 고객키와 결제 요청 고객키가 일치하지 않습니다."},
	api.CodeNotMatchesRefundable:     {400, "잔액 결과가 일치하지 않습니다."},
	api.CodePartialRefundWaiting:     {403, "입금 대기중인 결제는 부분 환불이 불가합니다."},
	api.CodeProviderError:            {400, "일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요."},
	api.CodeUnauthorizedKey:          {401, "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다."},
	codeIncorrectBasicAuth:           {403, "잘못된 요청입니다. ':' 를 포함해 인코딩해주세요."},
	codeInvalidBillingKey:            {400, "빌링키 인증이 완료되지 않았거나 유효하지 않은 빌링 거래 건입니다."},
	codeRemovedBillingKey:            {400, "이미 삭제된 빌링키 입니다."},
	codeInvalidTransaction:           {400, "잘못된 페이징 키 입니다."},
	codeInvalidOrderID:               {400, "orderId는 영문 대소문자, 숫자, 특수문자(-, _, =) 6자 이상 64자 이하여야 합니다."},
	codeUnsupportedMethod:            {400, "지원하지 않는 결제 수단입니다."},
	codePayerCanceled:                {400, "사용자에 의해 결제가 취소되었습니다."},
	codeCardRejected:                 {400, "카드사에서 결제 승인을 거절했습니다."},
}

// malformed refuses a request that no version of the gateway understands.
func malformed(format string, args ...any) refusal {
	return refusal{reference: http.StatusBadRequest, text: fmt.Sprintf(format, args...), code: api.CodeInvalidRequest}
}

// requested is the refusal that a TossPayments-Test-Code asks for. A code that
// is not in the table is refused with 400, as most are.
func requested(code string) refusal { return refusal{code: code} }

// fail writes the error in this style. An empty body is never written: the
// first generation of the published client takes one for a success.
func (s *Server) fail(w http.ResponseWriter, err error) {
	var r refusal
	switch {
	case !errors.As(err, &r):
		s.refuse(w, http.StatusInternalServerError, err.Error())
	case !s.real() && r.reference != 0:
		writeNest(w, r.reference, r.text)
	default:
		writeVendor(w, r.code)
	}
}

// refuse writes an error that has no code of its own.
func (s *Server) refuse(w http.ResponseWriter, status int, text string) {
	if !s.real() {
		writeNest(w, status, text)
		return
	}
	code := api.CodeCommonError
	if status == http.StatusNotFound {
		code = codeNotFoundMethod
	}
	writeJSON(w, status, vendorBody{Code: code, Message: text})
}

type vendorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func writeVendor(w http.ResponseWriter, code string) {
	e, ok := vendorErrors[code]
	if !ok {
		e = vendorErrors[api.CodeInvalidRequest]
	}
	writeJSON(w, e.status, vendorBody{Code: code, Message: e.message})
}

func writeNest(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, struct {
		StatusCode int    `json:"statusCode"`
		Message    string `json:"message"`
		Error      string `json:"error"`
	}{status, text, http.StatusText(status)})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the sender may have left
}
