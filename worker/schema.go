package worker

import (
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// describe tells huma what it cannot see in api's types, which know no huma.
func describe(registry huma.Registry) {
	registry.RegisterTypeAlias(reflect.TypeFor[money.Amount](), reflect.TypeFor[float64]())
	registry.RegisterTypeAlias(reflect.TypeFor[api.Time](), reflect.TypeFor[time.Time]())
	orNull(registry, reflect.TypeFor[api.CancelHistory](), "account")
}

// orNull lets an object be null, for which huma has no tag.
func orNull(registry huma.Registry, t reflect.Type, property string) {
	schema := registry.SchemaFromRef(registry.Schema(t, true, "").Ref)
	schema.Properties[property] = &huma.Schema{
		Description: schema.Properties[property].Description,
		AnyOf:       []*huma.Schema{schema.Properties[property], {Type: "null", Enum: []any{nil}}},
	}
	schema.PrecomputeMessages()
}
