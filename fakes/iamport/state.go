package iamport

import (
	"slices"
	"time"

	"github.com/google/uuid"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/internal/volatile"
)

// state is everything the fake keeps. The server's mutex guards it.
type state struct {
	payments       *volatile.Store[string, *record]
	orders         map[string][]string // imp_uids of a merchant_uid, oldest first
	subscriptions  *volatile.Store[string, api.Subscription]
	receipts       *volatile.Store[string, api.Receipt]
	certifications *volatile.Store[string, api.Certification]
	prepared       *volatile.Store[string, money.Amount]
	checkouts      *volatile.Store[string, *window]
	tokens         *volatile.Store[string, token]
	tokenOf        *volatile.Store[string, string] // by key
}

// record is a payment with what a stale read shows, and the timer that closes
// its virtual account.
type record struct {
	now     api.Payment
	before  api.Payment // as it was before its last change
	updated time.Time
	expiry  *clock.Timer
}

func newState(limits volatile.Limits, now func() time.Time) state {
	s := state{
		orders:         make(map[string][]string),
		subscriptions:  volatile.New[string, api.Subscription](limits, now),
		receipts:       volatile.New[string, api.Receipt](limits, now),
		certifications: volatile.New[string, api.Certification](limits, now),
		prepared:       volatile.New[string, money.Amount](limits, now),
		checkouts:      volatile.New[string, *window](limits, now),
		tokens:         volatile.New[string, token](limits, now),
		tokenOf:        volatile.New[string, string](limits, now),
	}
	s.payments = volatile.NewWithEvict(limits, now, s.forget)
	return s
}

func (s *state) add(p api.Payment) {
	s.payments.Put(p.ImpUID, &record{now: p, before: p, updated: p.StartedAt.Time})
	s.orders[p.MerchantUID] = append(s.orders[p.MerchantUID], p.ImpUID)
}

// forget takes along what belongs to a payment that leaves the store.
func (s *state) forget(impUID string, r *record) {
	r.stopExpiry()
	order := r.now.MerchantUID
	rest := slices.DeleteFunc(s.orders[order], func(id string) bool { return id == impUID })
	if len(rest) == 0 {
		delete(s.orders, order)
		return
	}
	s.orders[order] = rest
}

func (s *state) clear() {
	s.payments.Clear()
	s.subscriptions.Clear()
	s.receipts.Clear()
	s.certifications.Clear()
	s.prepared.Clear()
	s.checkouts.Clear()
	s.tokens.Clear()
	s.tokenOf.Clear()
}

func (r *record) stopExpiry() {
	if r.expiry != nil {
		r.expiry.Stop()
		r.expiry = nil
	}
}

// copyOf returns a payment that can be changed without touching p.
func copyOf(p api.Payment) api.Payment {
	p.CancelHistory = slices.Clip(p.CancelHistory) // so that an append copies
	if p.VBank != nil {
		vbank := *p.VBank
		p.VBank = &vbank
	}
	return p
}

func newUID() string { return uuid.NewString() }
