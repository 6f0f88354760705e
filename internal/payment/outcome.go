package payment

import (
	"context"
	"errors"
)

// refuse settles an intent that the PG did not carry out, unless the PG may yet
// act on an earlier request for it.
func (s *Service) refuse(ctx context.Context, i *Intent, declined *Declined) error {
	if i.Doubt {
		s.letGo(ctx, i, false)
		return s.unclear(i, refusedInDoubt(declined))
	}
	if err := s.store.MoveIntent(ctx, i.ID, StateDeclined, declined.Code); err != nil {
		return s.unsettled(ctx, i, err)
	}
	return declinedBy(declined)
}

// refusedInDoubt hides the PG's final word, which is none.
func refusedInDoubt(d *Declined) error {
	return errors.New("an earlier request may still be carried out, and this one was not: " + d.Error())
}

func declinedBy(d *Declined) *Error {
	return failf(CodeDeclined, d, "The payment gateway declined.")
}

// unsettled is for a store that failed after the PG was asked. One that is away
// is told as such: both answers say to send the same request again.
func (s *Service) unsettled(ctx context.Context, i *Intent, err error) error {
	if errors.Is(err, ErrUnavailable) {
		return err
	}
	return s.unknown(ctx, i, err)
}

// unknown lets an intent go whose request the PG has not answered.
func (s *Service) unknown(ctx context.Context, i *Intent, cause error) *Error {
	s.letGo(ctx, i, true)
	return s.unclear(i, cause)
}

// unclear is the honest answer while nobody can tell what the PG did.
func (s *Service) unclear(i *Intent, cause error) *Error {
	s.log.Warn("outcome unknown, the resolver will ask the PG",
		"intent", i.ID, "kind", i.Kind, "vendor", i.Vendor.Code, "error", cause)
	return failf(CodeOutcomeUnknown, cause, "The payment gateway gave no clear answer; it is being asked what happened. "+
		"Send the same request again to learn the outcome.")
}
