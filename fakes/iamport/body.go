package iamport

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
)

// decode reads a request body, JSON or form, into a T. It checks types and
// required members, and no formats: published tests send card numbers of any
// shape. Members it does not know are ignored.
func decode[T any](s *Server, r *http.Request) (T, error) {
	var into T
	shape := shapeOf(reflect.TypeFor[T]())
	raw, err := readJSON(r, shape)
	if err != nil {
		return into, err
	}
	var m members
	if err := json.Unmarshal(raw, &m); err != nil {
		return into, malformed("Request body is not a JSON object: " + err.Error())
	}
	check := shape.checkReference
	if s.real() {
		check = shape.checkReal
	}
	if err := check(m); err != nil {
		return into, err
	}
	if err := json.Unmarshal(raw, &into); err != nil {
		return into, malformed("Request body is not valid: " + err.Error())
	}
	return into, nil
}

// readJSON returns the body, a form as the object that it stands for.
func readJSON(r *http.Request, shape shape) ([]byte, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && mediaType == "application/json":
		return raw, nil
	case err == nil && mediaType == "application/x-www-form-urlencoded":
		return jsonOfForm(raw, shape)
	}
	return nil, malformed(`Request body type is not "application/json".`)
}

// jsonOfForm gives a form's texts the types that the fields have.
func jsonOfForm(raw []byte, shape shape) ([]byte, error) {
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, malformed("Request body is not a form: " + err.Error())
	}
	m := make(members)
	for _, f := range shape.fields {
		if !form.Has(f.name) {
			continue
		}
		value := []byte(form.Get(f.name))
		if f.kind == "string" || !json.Valid(value) {
			if value, err = json.Marshal(string(value)); err != nil {
				return nil, err
			}
		}
		m[f.name] = value
	}
	return json.Marshal(m)
}
