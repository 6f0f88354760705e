package iamport

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxIDs       = 100 // of one look-up of several payments
	defaultLimit = 20
	maxLimit     = 1000
)

// partial is a response with some of what was asked for missing: HTTP 207.
type partial struct{ found any }

// getPayments looks up payments by several ids of either kind.
func (s *Server) getPayments(r *http.Request) (any, error) {
	query := r.URL.Query()
	impUIDs := query["imp_uid[]"]
	asked := len(impUIDs) + len(query["merchant_uid[]"])
	if asked == 0 || asked > maxIDs {
		return nil, malformed("imp_uid[]: Between 1 and 100 ids are required.")
	}
	if s.hides(r) {
		return nil, notFound("payments")
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

// hides reports whether a look-up sees nothing: payments of a test channel are
// shown to those who include the sandbox.
func (s *Server) hides(r *http.Request) bool {
	return s.settings.Load().Sandbox && r.URL.Query().Get("include_sandbox") != "true"
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
// asks for: newest first unless it says otherwise.
func (s *Server) ofOrder(r *http.Request) []*record {
	if s.hides(r) {
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
	key, descending := strings.CutPrefix(cmp.Or(r.URL.Query().Get("sorting"), "-started"), "-")
	if descending {
		slices.Reverse(found) // of those in the same second, too
	}
	slices.SortStableFunc(found, func(a, b *record) int {
		if descending {
			a, b = b, a
		}
		return a.sortedBy(key).Compare(b.sortedBy(key))
	})
	return found
}

func (r *record) sortedBy(key string) time.Time {
	switch key {
	case "paid":
		return r.now.PaidAt.Time
	case "updated":
		return r.updated
	}
	return r.now.StartedAt.Time
}
