package iamport

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

const (
	maxIDs       = 100 // of one look-up of several payments
	defaultLimit = 20
	maxLimit     = 100
)

// partial is a response with some of what was asked for missing: HTTP 207.
type partial struct{ found any }

// getPayments looks up payments by several ids of either kind.
func (s *Server) getPayments(r *http.Request) (any, error) {
	query := r.URL.Query()
	impUIDs := query["imp_uid[]"]
	asked := len(impUIDs) + len(query["merchant_uid[]"])
	if asked == 0 || asked > maxIDs {
		return nil, malformed("imp_uid[]", "Between 1 and 100 ids are required.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, merchantUID := range query["merchant_uid[]"] {
		if payments := s.kept.orders[merchantUID]; len(payments) > 0 {
			impUIDs = append(impUIDs, payments[len(payments)-1])
		}
	}
	found := []any{}
	for _, impUID := range impUIDs {
		if record, err := s.find(impUID); err == nil {
			shown, err := s.show(r.Context(), record)
			if err != nil {
				return nil, err
			}
			found = append(found, shown)
		}
	}
	switch len(found) {
	case 0:
		return nil, notFound("payments")
	case asked:
		return found, nil
	}
	return partial{found}, nil
}

// findPayment looks up the first of an order's payments.
func (s *Server) findPayment(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := s.ofOrder(r)
	if len(records) == 0 {
		return nil, notFound("payment")
	}
	return s.show(r.Context(), records[0])
}

// findPayments lists all of an order's payments, in pages.
func (s *Server) findPayments(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := s.ofOrder(r)
	if len(records) == 0 {
		return nil, notFound("payment")
	}
	page, limit := pageOf(r.URL.Query())
	list := []any{}
	for _, record := range records[min((page-1)*limit, len(records)):min(page*limit, len(records))] {
		shown, err := s.show(r.Context(), record)
		if err != nil {
			return nil, err
		}
		list = append(list, shown)
	}
	next := 0
	if page*limit < len(records) {
		next = page + 1
	}
	return struct {
		Total    int   `json:"total"`
		Previous int   `json:"previous"`
		Next     int   `json:"next"`
		List     []any `json:"list"`
	}{len(records), page - 1, next, list}, nil
}

func pageOf(query url.Values) (page, limit int) {
	page, _ = strconv.Atoi(query.Get("page")) // what is no number counts as not given
	limit, _ = strconv.Atoi(query.Get("limit"))
	if limit < 1 || limit > maxLimit {
		limit = defaultLimit
	}
	return min(max(page, 1), defaultKeep), limit
}

// ofOrder returns the order's payments that the request asks for, sorted as it
// asks for: newest first unless it says otherwise. Those of a test channel are
// hidden from a request that does not include the sandbox.
func (s *Server) ofOrder(r *http.Request) []*record {
	query := r.URL.Query()
	if s.settings.Load().Sandbox && query.Get("include_sandbox") != "true" {
		return nil
	}
	status := r.PathValue("status")
	var found []*record
	for _, impUID := range s.kept.orders[r.PathValue("merchant_uid")] {
		record, ok := s.kept.payments.Get(impUID)
		if ok && (status == "" || string(record.now.Status) == status) {
			found = append(found, record)
		}
	}
	order := cmp.Or(query.Get("sorting"), "-started")
	slices.SortStableFunc(found, func(a, b *record) int { return compareBy(order, a, b) })
	return found
}

func compareBy(order string, a, b *record) int {
	switch order {
	case "started":
		return a.now.StartedAt.Compare(b.now.StartedAt.Time)
	case "paid":
		return a.now.PaidAt.Compare(b.now.PaidAt.Time)
	case "-paid":
		return b.now.PaidAt.Compare(a.now.PaidAt.Time)
	default:
		return b.now.StartedAt.Compare(a.now.StartedAt.Time)
	}
}
