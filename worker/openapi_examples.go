package worker

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"path"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// gatewayExamples are whole objects of the gateways, by the names of their schemas.
//
//go:embed examples/*.json
var gatewayExamples embed.FS

// exemplars writes examples out of those of single fields.
type exemplars map[string]*huma.Schema

// documentExamples gives an example to every encrypted body and every problem.
func documentExamples(o *huma.OpenAPI) {
	schemas := exemplars(o.Components.Schemas.Map())
	for _, op := range allOperations(o) {
		if op.RequestBody != nil {
			schemas.exemplify(op.RequestBody.Content)
		}
		for _, r := range op.Responses {
			schemas.exemplify(r.Content)
		}
	}
}

func (e exemplars) exemplify(content map[string]*huma.MediaType) {
	for _, m := range content {
		if m.Schema.ContentEncoding == "" && m.Example == nil { // of an empty text there is nothing to show
			m.Example = e.of(m.Schema)
		}
	}
}

// of keeps the fields in the order of their declaration.
func (e exemplars) of(s *huma.Schema) json.RawMessage {
	switch {
	case len(s.Examples) > 0:
		return mustMarshal(s.Examples[0])
	case s.Ref != "":
		return e.named(path.Base(s.Ref))
	case len(s.OneOf) > 0:
		return e.of(s.OneOf[len(s.OneOf)-1])
	case s.Nullable || len(s.AnyOf) > 0:
		return json.RawMessage("null")
	case len(s.Enum) > 0:
		return mustMarshal(s.Enum[0])
	}
	switch s.Type {
	case huma.TypeObject:
		return e.ofObject(s)
	case huma.TypeArray:
		return json.RawMessage("[]")
	case huma.TypeBoolean:
		return json.RawMessage("false")
	case huma.TypeInteger, huma.TypeNumber:
		return json.RawMessage("0")
	}
	return json.RawMessage(`""`)
}

func (e exemplars) named(schema string) json.RawMessage {
	if text, err := gatewayExamples.ReadFile("examples/" + schema + ".json"); err == nil {
		return text
	}
	return e.of(e[schema])
}

// ofObject leaves out what need not be there, unless it has an example of its own.
func (e exemplars) ofObject(s *huma.Schema) json.RawMessage {
	var out bytes.Buffer
	for _, name := range fieldsOf(s) {
		p := s.Properties[name]
		if len(p.Examples) == 0 && !slices.Contains(s.Required, name) {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte(',')
		}
		out.Write(mustMarshal(name))
		out.WriteByte(':')
		out.Write(e.of(p))
	}
	return json.RawMessage("{" + out.String() + "}")
}

// fieldsOf names an object's fields: the required ones as they are declared, then
// the others by the alphabet.
func fieldsOf(s *huma.Schema) []string {
	var names []string
	for name := range s.Properties {
		names = append(names, name)
	}
	place := func(name string) int {
		if i := slices.Index(s.Required, name); i >= 0 {
			return i
		}
		return len(s.Required)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(place(a)-place(b), cmp.Compare(a, b)) })
	return names
}

// mustMarshal writes what came from a tag of ours.
func mustMarshal(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}
