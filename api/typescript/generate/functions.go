package main

import (
	"fmt"
	"regexp"
	"strings"
	"text/template"
)

// function is one operation as a function of the SDK.
type function struct {
	Comment, Name, Method, Path string
	Arguments                   []string // of the path
	Input, Output               string   // types; "" is none
	Sealed, Opened, Idempotent  bool
}

// writeFunctions writes a module for each group of operations, and one of all.
func writeFunctions(d document) (map[string]string, error) {
	groups, err := grouped(d)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	var all strings.Builder
	for _, group := range sorted(groups) {
		var out strings.Builder
		if err := module.Execute(&out, groups[group]); err != nil {
			return nil, err
		}
		files[group+".ts"] = out.String()
		fmt.Fprintf(&all, "export * as %[1]s from \"./%[1]s.js\";\n", group)
	}
	files["functional.ts"] = all.String()
	return files, nil
}

// grouped reads the operations: histories.store is store in the group histories.
func grouped(d document) (map[string][]function, error) {
	groups := map[string][]function{}
	for _, path := range sorted(d.Paths) {
		for _, method := range sorted(d.Paths[path]) {
			o := d.Paths[path][method]
			group, name, ok := strings.Cut(o.OperationID, ".")
			if !ok {
				return nil, fmt.Errorf("operation %q is not named group.function", o.OperationID)
			}
			if group == "webhooks" { // the gateways call these
				continue
			}
			f, err := functionOf(o, name, strings.ToUpper(method), path)
			if err != nil {
				return nil, fmt.Errorf("operation %s: %w", o.OperationID, err)
			}
			groups[group] = append(groups[group], f)
		}
	}
	return groups, nil
}

var pathArgument = regexp.MustCompile(`\{(\w+)\}`)

func functionOf(o operation, name, method, path string) (function, error) {
	f := function{Name: name, Method: method, Path: path, Idempotent: o.has("header", "Idempotency-Key")}
	for _, found := range pathArgument.FindAllStringSubmatch(path, -1) {
		f.Arguments = append(f.Arguments, found[1])
	}
	f.Comment = comment("", strings.TrimSpace(o.Summary+".\n\n"+o.Description)+"\n\n"+method+" "+path)
	var err error
	if f.Sealed, f.Input, err = bodyType(o.RequestBody); err != nil {
		return f, err
	}
	f.Opened, f.Output, err = bodyType(o.success())
	return f, err
}

// bodyType is the type of a body: none where there is none, and void where what
// is encrypted is empty.
func bodyType(b *body) (isSealed bool, text string, err error) {
	s := b.sealed()
	switch {
	case s == nil && b != nil && len(b.Content) > 0:
		return false, "", fmt.Errorf("there is a body that is not encrypted, which this generator does not know")
	case s == nil || s.ContentEncoding != "":
		return s != nil, "", nil
	}
	text, err = typeOf(s)
	if s.Ref != "" {
		text = "types." + text
	}
	return true, text, err
}

// Template returns the path as a template literal.
func (f function) Template() string {
	return pathArgument.ReplaceAllString(f.Path, "$${encodeURIComponent($1)}")
}

// Route returns the path as the original's SDK has it: /histories/:id.
func (f function) Route() string { return pathArgument.ReplaceAllString(f.Path, ":$1") }

var module = template.Must(template.New("module").Parse(
	`import { call, type CallOptions, type Connection } from "../call.js";
import type * as types from "./types.js";
{{range .}}
{{.Comment}}export function {{.Name}}(connection: Connection,{{range .Arguments}} {{.}}: string,{{end -}}
{{if .Input}} input: {{.Name}}.Input,{{end}} options?: CallOptions): Promise<{{.Name}}.Output> {
    return call(connection, {{.Name}}, {{.Name}}.path({{range $i, $a := .Arguments}}{{if $i}}, {{end}}{{$a}}{{end}}), {{if .Input}}input{{else}}undefined{{end}}, options);
}
export namespace {{.Name}} {
{{- if .Input}}
    export type Input = {{.Input}};{{end}}
    export type Output = {{or .Output "void"}};

    export const METHOD = "{{.Method}}";
    export const PATH = "{{.Route}}";
    export const CONFIG = { input_encrypted: {{.Sealed}}, output_encrypted: {{.Opened}}, idempotent: {{.Idempotent}} };

    export function path({{range $i, $a := .Arguments}}{{if $i}}, {{end}}{{$a}}: string{{end}}): string {
        return {{if .Arguments}}` + "`{{.Template}}`" + `{{else}}PATH{{end}};
    }
}
{{end}}`))
