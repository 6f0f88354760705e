package iamport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// decode reads a request body, JSON or form, into a T. It checks types and
// required members, and no formats: published tests send card numbers of any
// shape. Members it does not know are ignored.
func decode[T any](s *Server, r *http.Request) (T, error) {
	var into T
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return into, err
	}
	fields := fieldsOf(reflect.TypeFor[T]())
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && mediaType == "application/json":
	case err == nil && mediaType == "application/x-www-form-urlencoded":
		if raw, err = jsonOfForm(raw, fields); err != nil {
			return into, malformed("", err.Error())
		}
	default:
		return into, malformed("", `Request body type is not "application/json".`)
	}
	if !s.real() {
		if err := checkRequired(raw, fields); err != nil {
			return into, err
		}
	}
	return into, unmarshal(raw, &into)
}

func unmarshal(raw []byte, into any) error {
	err := json.Unmarshal(raw, into)
	var mismatch *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mismatch):
		return malformed("$input."+mismatch.Field, "Request body data is not following the promised type.")
	default:
		return malformed("", "Request body is not valid: "+err.Error())
	}
}

func checkRequired(raw []byte, fields []field) error {
	var members map[string]json.RawMessage
	if err := unmarshal(raw, &members); err != nil {
		return err
	}
	for _, f := range fields {
		value, sent := members[f.name]
		if f.required && (!sent || !f.nullable && bytes.Equal(value, []byte("null"))) {
			return malformed("$input."+f.name, "Request body data is not following the promised type.")
		}
	}
	return nil
}

// jsonOfForm rewrites a form as a JSON object with the types that the fields have.
func jsonOfForm(raw []byte, fields []field) ([]byte, error) {
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, err
	}
	object := make(map[string]json.RawMessage)
	for _, f := range fields {
		if !form.Has(f.name) {
			continue
		}
		value := form.Get(f.name)
		if f.text || !json.Valid([]byte(value)) {
			value = strconv.Quote(value)
		}
		object[f.name] = json.RawMessage(value)
	}
	return json.Marshal(object)
}

// field is a member of a request, as the tags of package api tell it: without
// omitempty or omitzero it is required.
type field struct {
	name     string
	required bool
	nullable bool
	text     bool
}

var fieldCache sync.Map // reflect.Type → []field

func fieldsOf(t reflect.Type) []field {
	if cached, ok := fieldCache.Load(t); ok {
		return cached.([]field)
	}
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("json")
		if !tagged || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		fields = append(fields, field{
			name:     name,
			required: !strings.Contains(options, "omit"),
			nullable: f.Type.Kind() == reflect.Pointer,
			text:     f.Type.Kind() == reflect.String,
		})
	}
	fieldCache.Store(t, fields)
	return fields
}
