package api

import (
	"fmt"
	"time"
)

// Problem is how every request that fails is answered: RFC 9457 problem details,
// never encrypted. StatusCode, Message and Err repeat it for the original's clients.
type Problem struct {
	Type      string         `json:"type" format:"uri" doc:"Names the kind of problem: its place in docs/errors.md." example:"https://github.com/samchon/payments-server/blob/master/docs/errors.md#wrong_password"`
	Title     string         `json:"title" doc:"The same for every problem of this kind." example:"Wrong password"`
	Status    int            `json:"status" doc:"The HTTP status." example:"403"`
	Detail    string         `json:"detail" doc:"What was wrong this time, and what to do." example:"The password is not the one that the record was stored with."`
	Code      string         `json:"code" doc:"Stable name to branch on." example:"wrong_password"`
	RequestID string         `json:"request_id,omitempty" doc:"Stands in the server's log." example:"9c2e6f0d"`
	TraceID   string         `json:"trace_id,omitempty" doc:"Of the trace of the request, where the server keeps traces." example:"4bf92f3577b34da6a3ce929d0e0e4736"`
	Errors    []InvalidField `json:"errors,omitempty" doc:"Each field that is wrong."`
	PG        *PGError       `json:"pg,omitempty" doc:"The gateway's own words, where it declined."`

	// RetryAfter is how long to wait before the same request is sent again; 0 where
	// the server did not say. The Client has waited already where it is short.
	RetryAfter time.Duration `json:"-"`

	StatusCode int    `json:"statusCode" doc:"The same as status." example:"403"`
	Message    string `json:"message" doc:"The same as detail." example:"The password is not the one that the record was stored with."`
	Err        string `json:"error" doc:"The same as title." example:"Wrong password"`
}

// InvalidField is one field that is wrong.
type InvalidField struct {
	Path    string `json:"path" example:"body.source.id" doc:"Where the field is."`
	Message string `json:"message" example:"expected string to be RFC 4122 uuid" doc:"What is wrong with it."`
}

// PGError is what a gateway said when it declined.
type PGError struct {
	Status  int    `json:"status" doc:"HTTP status of the gateway's answer." example:"403"`
	Code    string `json:"code,omitempty" doc:"The gateway's own code, where it has one." example:"NOT_CANCELABLE_AMOUNT"`
	Message string `json:"message" doc:"The gateway's own words, often Korean." example:"취소 할 수 없는 금액 입니다."`
}

// Error lets a Problem travel as an error: errors.As finds it.
func (p *Problem) Error() string {
	return fmt.Sprintf("payments-server answered %d %s: %s", p.Status, p.Code, p.Detail)
}
