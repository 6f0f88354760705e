package apidocs

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// object is a named type: its fields, or the types that it is one of.
type object struct {
	Name, About string
	Fields      []field
	OneOf       []shape
}

type field struct {
	Name, In, About, Limits, Example string
	Required                         bool
	Shape                            shape
}

// shape is the type of a value, in words: of Before, a link to Name, and After.
type shape struct{ Before, Name, After string }

func objectOf(name string, s *huma.Schema) object {
	v := object{Name: name, About: s.Description}
	for _, one := range s.OneOf {
		v.OneOf = append(v.OneOf, shapeOf(one))
	}
	names := slices.Clone(s.Required) // in the order of their declaration
	var others []string
	for property := range s.Properties {
		if !slices.Contains(s.Required, property) {
			others = append(others, property)
		}
	}
	slices.Sort(others)
	for _, property := range append(names, others...) {
		v.Fields = append(v.Fields, fieldOf(property, s))
	}
	return v
}

func fieldOf(name string, s *huma.Schema) field {
	p := s.Properties[name]
	v := field{
		Name: name, Required: slices.Contains(s.Required, name), Shape: shapeOf(p), About: p.Description, Limits: limitsOf(p),
	}
	if len(p.Examples) > 0 {
		text, _ := json.Marshal(p.Examples[0]) // it came from a tag of ours
		v.Example = string(text)
	}
	return v
}

func shapeOf(s *huma.Schema) shape {
	switch {
	case s.Ref != "":
		return shape{Name: path.Base(s.Ref)}
	case len(s.AnyOf) > 0:
		one := shapeOf(s.AnyOf[0])
		one.After += " or null"
		return one
	case s.Items != nil:
		items := shapeOf(s.Items)
		items.Before = "list of " + items.Before
		return orNull(items, s)
	case len(s.Enum) > 0:
		var values []string
		for _, value := range s.Enum {
			values = append(values, fmt.Sprintf("%q", value))
		}
		return orNull(shape{Before: strings.Join(values, " or ")}, s)
	}
	return orNull(shape{Before: words(s)}, s)
}

func words(s *huma.Schema) string {
	switch s.Format {
	case "uuid", "uri", "date-time":
		return map[string]string{"uuid": "UUID", "uri": "address", "date-time": "moment"}[s.Format]
	}
	if s.Type == "" {
		return "anything"
	}
	return s.Type
}

func orNull(v shape, s *huma.Schema) shape {
	if s.Nullable {
		v.After += " or null"
	}
	return v
}

func limitsOf(s *huma.Schema) string {
	var all []string
	if s.MinLength != nil && *s.MinLength > 0 {
		all = append(all, fmt.Sprintf("%d characters or more", *s.MinLength))
	}
	if s.MaxLength != nil {
		all = append(all, fmt.Sprintf("%d characters at most", *s.MaxLength))
	}
	if s.Minimum != nil {
		all = append(all, fmt.Sprintf("%v or more", *s.Minimum))
	}
	return strings.Join(all, ", ")
}
