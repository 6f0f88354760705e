package main

import (
	"encoding/json"
	"slices"
	"strings"
)

// document is what is read of an OpenAPI 3.1 document.
type document struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]*schema }
}

type operation struct {
	OperationID, Summary, Description string
	Parameters                        []parameter
	RequestBody                       *body
	Responses                         map[string]*body
}

type parameter struct{ Name, In, Description string }

type body struct {
	Content map[string]struct{ Schema *schema }
}

// sealed is the type of encrypted bodies.
const sealed = "text/plain"

// sealed returns the schema of an encrypted body, nil where there is none.
func (b *body) sealed() *schema {
	if b == nil {
		return nil
	}
	return b.Content[sealed].Schema
}

// success is the answer to a request that was carried out.
func (o operation) success() *body {
	for status, b := range o.Responses {
		if strings.HasPrefix(status, "2") {
			return b
		}
	}
	return nil
}

// has reports whether an operation takes a parameter.
func (o operation) has(in, name string) bool {
	return slices.ContainsFunc(o.Parameters, func(p parameter) bool { return p.In == in && p.Name == name })
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 kinds
	Enum                 []any
	Description, Format  string
	ContentEncoding      string
	Properties           map[string]*schema
	Required             []string
	Items                *schema
	AnyOf, OneOf         []*schema
	AdditionalProperties json.RawMessage `json:"additionalProperties"`
}

// kinds are the JSON types that a value may have.
type kinds []string

func (k *kinds) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*k = kinds{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(k))
}

// fields are the names of an object's properties: the required ones in the order
// of their declaration, which the document's sorted keys have lost, then the others.
func (s *schema) fields() []string {
	names := slices.Clone(s.Required)
	for _, name := range sorted(s.Properties) {
		if !slices.Contains(s.Required, name) {
			names = append(names, name)
		}
	}
	return names
}

// values is the schema of what a map holds, nil where the object is none.
func (s *schema) values() *schema {
	var values schema
	if len(s.AdditionalProperties) == 0 || json.Unmarshal(s.AdditionalProperties, &values) != nil {
		return nil
	}
	return &values
}
