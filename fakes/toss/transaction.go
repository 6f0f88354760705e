package toss

import (
	"net/url"
	"strconv"
	"time"

	api "github.com/samchon/payments-server/api/toss"
)

// Limits of a page: https://docs.tosspayments.com/guides/apis/transactions
const (
	defaultPage = 100
	maxPage     = 5000
)

// listTransactions shows the movements of money of a time, oldest first.
func (s *Server) listTransactions(c call) ([]byte, error) {
	q, err := parseListing(c.URL.Query())
	if err != nil {
		return nil, err
	}
	started := q.after == ""
	found := []api.Transaction{}
	for key, t := range s.books.transactions.All() {
		if started && q.covers(t.TransactionAt.Time) && len(found) < q.limit {
			found = append(found, t)
		}
		started = started || key == q.after
	}
	if !started {
		return nil, refusal{code: codeInvalidPagingKey}
	}
	return encode(found)
}

type listing struct {
	start, end time.Time
	after      string
	limit      int
}

func (l listing) covers(t time.Time) bool { return !t.Before(l.start) && !t.After(l.end) }

func parseListing(values url.Values) (listing, error) {
	start, startErr := api.ParseTime(values.Get("startDate"))
	end, endErr := api.ParseTime(values.Get("endDate"))
	if startErr != nil || endErr != nil {
		return listing{}, refusal{code: api.CodeInvalidRequest}
	}
	l := listing{start: start.Time, end: end.Time, after: values.Get("startingAfter"), limit: defaultPage}
	if text := values.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxPage {
			return listing{}, refusal{code: api.CodeInvalidRequest}
		}
		l.limit = limit
	}
	return l, nil
}
