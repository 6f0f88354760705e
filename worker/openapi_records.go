package worker

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
)

// variant is a gateway, and the types of its own objects in our records.
type variant struct {
	code                    api.VendorCode
	name                    string // begins its schemas' names
	history, reservation    reflect.Type
	aboutHistory, aboutData string
}

var variants = []variant{
	{api.Iamport, "Iamport", reflect.TypeFor[iamport.Payment](), reflect.TypeFor[iamport.Subscription](),
		"A payment at Iamport.", "Iamport's own object, as it came; further fields may be in it: https://api.iamport.kr. Times are Unix seconds, 0 for never."},
	{api.Toss, "Toss", reflect.TypeFor[toss.Payment](), reflect.TypeFor[toss.Billing](),
		"A payment at Toss Payments.", "Toss Payments' own object, as it came; further fields may be in it: https://docs.tosspayments.com/reference."},
}

// unionsByVendor turns the records into unions that vendor_code tells apart, so
// that a generated client knows what data is.
func unionsByVendor(schemas map[string]*huma.Schema) {
	gateways := gatewaySchemas()
	maps.Copy(schemas, gateways.Map())
	split(schemas, "History", func(v variant) reflect.Type { return v.history })
	split(schemas, "Reservation", func(v variant) reflect.Type { return v.reservation })
}

func split(schemas map[string]*huma.Schema, name string, data func(variant) reflect.Type) {
	whole := schemas[name]
	union := &huma.Schema{Discriminator: &huma.Discriminator{PropertyName: "vendor_code", Mapping: map[string]string{}}}
	for _, v := range variants {
		one := *whole
		one.Properties = maps.Clone(whole.Properties)
		code := *whole.Properties["vendor_code"]
		code.Enum = []any{string(v.code)}
		one.Properties["vendor_code"] = &code
		one.Properties["data"] = &huma.Schema{Ref: schemaRef(schemaName(data(v), "")), Description: v.aboutData}
		schemas[v.name+name] = &one
		union.OneOf = append(union.OneOf, &huma.Schema{Ref: schemaRef(v.name + name)})
		union.Discriminator.Mapping[string(v.code)] = schemaRef(v.name + name)
	}
	schemas[name] = union
}

// schemaName tells types of the same name by their gateway: TossPayment.
func schemaName(t reflect.Type, hint string) string {
	named := t
	if t.Kind() == reflect.Pointer {
		named = t.Elem()
	}
	gateway := path.Base(named.PkgPath())
	return strings.ToUpper(gateway[:1]) + gateway[1:] + huma.DefaultSchemaNamer(t, hint)
}

// gatewaySchemas are the gateways' own objects, as far as our clients read them.
func gatewaySchemas() huma.Registry {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	number, moment := reflect.TypeFor[float64](), reflect.TypeFor[time.Time]()
	registry.RegisterTypeAlias(reflect.TypeFor[money.Amount](), number)
	registry.RegisterTypeAlias(reflect.TypeFor[iamport.Time](), number)
	registry.RegisterTypeAlias(reflect.TypeFor[iamport.Millis](), number)
	registry.RegisterTypeAlias(reflect.TypeFor[toss.Time](), moment)
	for _, v := range variants {
		registry.Schema(v.history, true, "")
		registry.Schema(v.reservation, true, "")
	}
	besides(registry, reflect.TypeFor[iamport.Payment](),
		reflect.TypeFor[iamport.Card](), reflect.TypeFor[iamport.VBank](), reflect.TypeFor[iamport.Transfer]())
	schemas := registry.Map()
	schemas["TossPayment"].Properties["cancels"].Nullable = true
	for _, s := range schemas {
		s.AdditionalProperties = true
		s.Description = "As the gateway documents it."
		for property := range s.Properties {
			absentIsNull(s, property)
		}
	}
	return registry
}

// besides adds the fields of a payment's variants, which lie beside the common
// ones on the wire, and are null or missing in the other variants.
func besides(registry huma.Registry, whole reflect.Type, parts ...reflect.Type) {
	into := registry.Schema(whole, false, "")
	for _, part := range parts {
		maps.Copy(into.Properties, registry.Schema(part, false, "").Properties)
		delete(registry.Map(), schemaName(part, ""))
	}
}

// absentIsNull lets null stand for what a gateway need not say, and for a moment
// of Toss Payments that has not come.
func absentIsNull(s *huma.Schema, property string) {
	p := s.Properties[property]
	switch {
	case p.Ref != "":
		s.Properties[property] = &huma.Schema{Description: p.Description, AnyOf: []*huma.Schema{p, {Type: "null"}}}
	case p.Type != "" && (p.Format == "date-time" || !slices.Contains(s.Required, property)):
		p.Nullable = true
	}
}
