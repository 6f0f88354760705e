package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/tracing"
)

// Codes of the HTTP layer; the domain's own are payment.Code.
const (
	codeInvalidBody     = "invalid_body"
	codeUndecryptable   = "undecryptable_body"
	codeTooLarge        = "body_too_large"
	codeNoRoute         = "no_such_route"
	codeNoMethod        = "method_not_allowed"
	codeKeyReused       = "idempotency_key_reused"
	codeDatabaseAway    = "database_unavailable"
	codeInternal        = "internal_error"
	codeNotImplemented  = "not_implemented"
	databaseAwayRetry   = 2 * time.Second
	outcomeUnknownRetry = 3 * time.Second
	inProgressRetry     = time.Second
)

// problem is an api.Problem on its way out through huma.
type problem struct {
	api.Problem
	retryAfter time.Duration
}

var (
	_ huma.StatusError       = (*problem)(nil)
	_ huma.ContentTypeFilter = (*problem)(nil)
	_ huma.HeadersError      = (*problem)(nil)
)

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// ContentType keeps problems plain where the operation's answers are sealed.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	return h
}

// errorsPageURL documents every code.
const errorsPageURL = "https://github.com/samchon/payments-server/blob/master/docs/errors.md"

func newProblem(ctx context.Context, code, detail string) *problem {
	k := kinds[code]
	return &problem{Problem: api.Problem{
		Type: errorsPageURL + "#" + code, Title: k.Title, Status: k.Status, Detail: detail, Code: code,
		RequestID: requestID(ctx), TraceID: tracing.ID(ctx),
		StatusCode: k.Status, Message: detail, Err: k.Title,
	}}
}

// problemOf tells the client about err. What the domain has no code for is our
// fault: the client learns that, and the log learns the rest.
func problemOf(ctx context.Context, err error) *problem {
	var told *problem
	var known *payment.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.As(err, &known):
		return domainProblem(ctx, known)
	case errors.Is(err, payment.ErrUnavailable):
		note(ctx, slog.LevelError, err)
		p := newProblem(ctx, codeDatabaseAway, "The database cannot be reached at the moment. Send the same request again.")
		p.retryAfter = databaseAwayRetry
		return p
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		note(ctx, slog.LevelWarn, err)
		return hungUp(ctx)
	default:
		note(ctx, slog.LevelError, err)
	}
	return newProblem(ctx, codeInternal, "Something went wrong on our side; the log has it under this request id.")
}

// statusHungUp is nginx's, of a request whose client did not wait for the answer. The log and the metrics have it: nothing
// is wrong on our side, which a 500 would tell them.
const statusHungUp = 499

// hungUp answers nobody.
func hungUp(ctx context.Context) *problem {
	p := newProblem(ctx, codeInternal, "The client has hung up before it was answered.")
	p.Status, p.StatusCode = statusHungUp, statusHungUp
	return p
}

func domainProblem(ctx context.Context, err *payment.Error) *problem {
	p := newProblem(ctx, string(err.Code), err.Message)
	var many *payment.TooManyAttempts
	var declined *payment.Declined
	switch {
	case errors.As(err, &many):
		p.retryAfter = many.RetryAfter
	case err.Code == payment.CodeDeclined && errors.As(err, &declined): // elsewhere it is a look that was declined
		p.Status, p.StatusCode = declined.Status, declined.Status
		p.PG = &api.PGError{Status: declined.Status, Code: declined.Code, Message: declined.Message}
		p.Detail = fmt.Sprintf("%s It said: %s", err.Message, declined.Message)
		p.Message = p.Detail
	case err.Code == payment.CodeOutcomeUnknown, err.Code == payment.CodeUnavailable:
		note(ctx, slog.LevelWarn, err)
		p.retryAfter = outcomeUnknownRetry
	case err.Code == payment.CodeInProgress:
		p.retryAfter = inProgressRetry
	}
	return p
}

// write answers outside of huma.
func (p *problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = encodeJSON(w, p.Problem) // it fails only when the client has gone
}

// humaProblem is huma's own complaints in our words. The offending values that
// huma adds stay out: they may be a password, or the whole body.
func humaProblem(ctx context.Context, status int, message string, errs []error) *problem {
	p := newProblem(ctx, codeOfStatus(status), message)
	if p.Status == http.StatusInternalServerError {
		note(ctx, slog.LevelError, errors.Join(append(errs, errors.New(message))...))
		p.Detail = "Something went wrong on our side; the log has it under this request id."
	}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) && p.Status != http.StatusInternalServerError {
			p.Errors = append(p.Errors, api.InvalidField{Path: detail.Location, Message: detail.Message})
			p.Detail += "; " + detail.Location + ": " + detail.Message
		}
	}
	p.Message = p.Detail
	return p
}

func codeOfStatus(status int) string {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType:
		return codeInvalidBody
	case http.StatusRequestEntityTooLarge:
		return codeTooLarge
	case http.StatusNotFound:
		return codeNoRoute
	case http.StatusMethodNotAllowed:
		return codeNoMethod
	}
	return codeInternal
}
