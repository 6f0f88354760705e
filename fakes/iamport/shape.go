package iamport

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"

	api "github.com/samchon/payments-server/api/iamport"
)

// members are those of a request's body, not decoded yet.
type members map[string]json.RawMessage

// shape is what a request's body is made of.
type shape struct {
	fields []field
	real   []string // members that the real Iamport requires
}

// field is a member of a request, as the tags of package api tell it: the
// reference requires those without omitempty or omitzero.
type field struct {
	name     string
	kind     string // string, number or boolean
	required bool
	nullable bool
}

// realRequired are the members that the reference of the real API marks as
// required, of those that the fake knows: https://developers.portone.io/api/rest-v1.
// A cancel names its payment by either id, which cancelled sees to.
var realRequired = map[reflect.Type][]string{
	reflect.TypeFor[api.OnetimeRequest]():       {"merchant_uid", "amount", "card_number", "expiry"},
	reflect.TypeFor[api.AgainRequest]():         {"customer_uid", "merchant_uid", "amount", "name"},
	reflect.TypeFor[api.SubscriptionRequest]():  {"card_number", "expiry"},
	reflect.TypeFor[api.VBankRequest]():         {"merchant_uid", "amount", "vbank_code", "vbank_due", "vbank_holder"},
	reflect.TypeFor[api.VBankUpdate]():          {"imp_uid"},
	reflect.TypeFor[api.ReceiptRequest]():       {"identifier"},
	reflect.TypeFor[api.CertificationRequest](): {"name", "phone", "birth", "gender_digit", "carrier"},
	reflect.TypeFor[api.Prepared]():             {"merchant_uid", "amount"},
	reflect.TypeFor[credentials]():              {"imp_key", "imp_secret"},
	reflect.TypeFor[oneTimePassword]():          {"otp"},
}

// checkReference refuses as the reference does, which has each member checked
// against its type.
func (s shape) checkReference(m members) error {
	for _, f := range s.fields {
		if err := f.check(m, f.required); err != nil {
			return err
		}
	}
	return nil
}

// checkReal looks for what is required first; an empty text counts as missing.
func (s shape) checkReal(m members) error {
	missing := slices.DeleteFunc(slices.Clone(s.real), func(name string) bool {
		return m[name] != nil && string(m[name]) != "null" && string(m[name]) != `""`
	})
	if len(missing) > 0 {
		return malformed(strings.Join(missing, ", ") + " 파라메터가 누락되었습니다.")
	}
	for _, f := range s.fields {
		if err := f.check(m, false); err != nil {
			return err
		}
	}
	return nil
}

func (f field) check(m members, required bool) error {
	switch kind := kindOf(m[f.name]); {
	case kind == f.kind,
		kind == "undefined" && !required,
		kind == "null" && (f.nullable || !required):
		return nil
	}
	return mistyped(f.name, f.kind, m[f.name])
}

// kindOf is what JavaScript calls a value.
func kindOf(raw []byte) string {
	if raw == nil {
		return "undefined"
	}
	switch raw[0] {
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	case '{', '[':
		return "object"
	}
	return "number"
}

var shapes sync.Map // reflect.Type → shape

func shapeOf(t reflect.Type) shape {
	if known, ok := shapes.Load(t); ok {
		return known.(shape)
	}
	s := shape{real: realRequired[t]}
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("json")
		if !tagged || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		s.fields = append(s.fields, field{
			name:     name,
			kind:     jsonKind(f.Type.Kind()),
			required: !strings.Contains(options, "omit"),
			nullable: f.Type.Kind() == reflect.Pointer,
		})
	}
	shapes.Store(t, s)
	return s
}

// jsonKind is how a field of a request is written: the structs among them are
// amounts and times.
func jsonKind(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	}
	return "number"
}
