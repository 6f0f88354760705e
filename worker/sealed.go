package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/wire"
)

// maxBody bounds a request body, sealed or plain. A payment is a few KiB.
const maxBody = 1 << 20

// bodyTimeout bounds the arrival of a request body.
const bodyTimeout = 10 * time.Second

// humaContext has a name of its own because huma.Context has a method Context,
// which embedding under that name would hide.
type humaContext = huma.Context

// openedContext is a sealed request after its body was opened: huma sees plain
// JSON, and answers in sealed text.
type openedContext struct {
	humaContext
	plain []byte
	body  io.Reader
}

// Unwrap lets the adapter reach the request.
func (c openedContext) Unwrap() huma.Context { return c.humaContext }

// BodyReader implements huma.Context.
func (c openedContext) BodyReader() io.Reader { return c.body }

// SetReadDeadline implements huma.Context. The body has been read; what is read
// from now on is net/http's own, to learn whether the client has gone, and a
// deadline would end the request.
func (c openedContext) SetReadDeadline(time.Time) error { return nil }

// Header implements huma.Context.
func (c openedContext) Header(name string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Content-Type":
		return "application/json"
	case "Accept":
		return "text/plain"
	}
	return c.humaContext.Header(name)
}

// openSealed opens the body of a sealed operation, once. Whatever is wrong with
// it gets one answer after the same work: an answer that told bad padding from
// bad JSON would decrypt other people's bodies (Vaudenay 2002). The Content-Type
// is not looked at: old clients send several.
func openSealed(codec *wire.Codec) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		if c.Operation().RequestBody == nil {
			next(openedContext{c, nil, http.NoBody})
			return
		}
		buffers := pool.Get().(*bodyBuffers)
		defer buffers.release() // after next: whoever handles the request reads from it
		err := buffers.read(c)
		switch {
		case err != nil:
			refuse(c, newProblem(c.Context(), codeInvalidBody, "The request body ended before it was complete."))
			return
		case buffers.first.Len() > maxBody:
			refuse(c, newProblem(c.Context(), codeTooLarge, "A request body may have 1 MiB at most."))
			return
		}
		plain, opened := codec.TryOpen(buffers.second[:0], buffers.first.Bytes())
		buffers.second = plain
		switch flaw := inspect(plain); {
		case !opened || errors.Is(flaw, errNotJSON):
			refuse(c, newProblem(c.Context(), codeUndecryptable,
				"The request body is not JSON, encrypted with this deployment's API key and IV (AES-CBC, PKCS#5, Base64)."))
		case flaw != nil:
			refuse(c, newProblem(c.Context(), codeInvalidBody, flaw.Error()))
		default:
			next(openedContext{c, plain, bytes.NewReader(plain)})
		}
	}
}

func refuse(c huma.Context, p *problem) {
	for name, values := range p.GetHeaders() {
		c.SetHeader(name, values[0])
	}
	c.SetHeader("Content-Type", p.ContentType(""))
	c.SetStatus(p.Status)
	_ = encodeJSON(c.BodyWriter(), p.Problem) // it fails only when the client has gone
}

// sealedText is the answer of sealed operations.
func sealedText(codec *wire.Codec) huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			buffers := pool.Get().(*bodyBuffers)
			defer buffers.release()
			if h, ok := v.(api.History); ok { // what most answers are
				_, _ = buffers.first.Write(appendHistory(buffers.first.AvailableBuffer(), &h))
			} else if err := encodeJSON(&buffers.first, v); err != nil {
				return err
			}
			buffers.second = codec.Seal(buffers.second[:0], bytes.TrimSuffix(buffers.first.Bytes(), []byte("\n")))
			_, err := w.Write(buffers.second)
			return err
		},
		// openSealed has opened it already; nothing arrives here as text.
		Unmarshal: func([]byte, any) error { return errNotJSON },
	}
}

// encodeJSON writes as JSON.stringify does, without escapes for HTML.
func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// sealedDocs describes a sealed operation: the schema is of the plain text.
// huma runs it twice over shared pointers, so it only moves what is still there.
func sealedDocs(o *huma.Operation) {
	if o.RequestBody != nil {
		moveToText(o.RequestBody.Content)
	}
	for status, r := range o.Responses {
		if status[0] == '2' {
			moveToText(r.Content)
		}
	}
}

func moveToText(content map[string]*huma.MediaType) {
	if m, ok := content["application/json"]; ok {
		delete(content, "application/json")
		content["text/plain"] = m
	}
}
