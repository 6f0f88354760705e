package apidocs

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// view is what the page shows.
type view struct {
	Title, Version, About string
	Groups                []group
	Types                 []object
}

// group is the operations of one tag.
type group struct {
	Name, About string
	Operations  []operation
}

type operation struct {
	ID, Method, Path, Summary, About string
	Planned                          bool
	Parameters                       []field
	Request, Answer                  *body
	Refusals                         []refusal
}

// body is what is sent or answered.
type body struct {
	Status  string
	Sealed  bool
	Type    shape
	Example string
}

// refusal is one status that a request may be refused with.
type refusal struct{ Status, About string }

func viewOf(o *huma.OpenAPI) view {
	v := view{Title: o.Info.Title, Version: o.Info.Version, About: o.Info.Description}
	for _, tag := range o.Tags {
		g := group{Name: tag.Name, About: tag.Description}
		for _, paths := range []map[string]*huma.PathItem{o.Paths, o.Webhooks} {
			g.Operations = append(g.Operations, operationsOf(paths, tag.Name)...)
		}
		v.Groups = append(v.Groups, g)
	}
	schemas := o.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		v.Types = append(v.Types, objectOf(name, schemas[name]))
	}
	return v
}

func operationsOf(paths map[string]*huma.PathItem, tag string) (all []operation) {
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := paths[path]
		for _, m := range []struct {
			name string
			op   *huma.Operation
		}{{"GET", item.Get}, {"POST", item.Post}, {"PUT", item.Put}, {"PATCH", item.Patch}} {
			if m.op != nil && slices.Contains(m.op.Tags, tag) {
				all = append(all, operationOf(m.name, path, m.op))
			}
		}
	}
	return all
}

func operationOf(method, path string, op *huma.Operation) operation {
	v := operation{
		ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, About: op.Description,
		Planned: op.Extensions["x-planned"] != nil,
	}
	for _, p := range op.Parameters {
		v.Parameters = append(v.Parameters, field{Name: p.Name, In: p.In, Required: p.Required, Shape: shapeOf(p.Schema), About: p.Description})
	}
	if op.RequestBody != nil {
		v.Request = bodyOf(op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		if strings.HasPrefix(status, "2") {
			if v.Answer = bodyOf(r.Content); v.Answer != nil {
				v.Answer.Status = status
			}
			continue
		}
		v.Refusals = append(v.Refusals, refusal{status, r.Description})
	}
	return v
}

// bodyOf takes the encrypted content, or the one that there is.
func bodyOf(content map[string]*huma.MediaType) *body {
	for _, kind := range []string{"text/plain", "application/json"} {
		if m := content[kind]; m != nil {
			return &body{Sealed: kind == "text/plain", Type: shapeOf(m.Schema), Example: pretty(m.Example)}
		}
	}
	return nil
}

// pretty writes an example on lines of its own.
func pretty(example any) string {
	if example == nil {
		return ""
	}
	text, err := json.Marshal(example)
	if err != nil {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return ""
	}
	return out.String()
}
