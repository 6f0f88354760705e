package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// writeTypes writes one exported type for each schema.
func writeTypes(schemas map[string]*schema) (string, error) {
	var out strings.Builder
	for i, name := range sorted(schemas) {
		if i > 0 {
			out.WriteByte('\n')
		}
		if err := writeType(&out, name, schemas[name]); err != nil {
			return "", fmt.Errorf("schema %s: %w", name, err)
		}
	}
	return out.String(), nil
}

func writeType(out *strings.Builder, name string, s *schema) error {
	out.WriteString(comment("", s.Description))
	if len(s.Properties) == 0 {
		text, err := typeOf(s)
		fmt.Fprintf(out, "export type %s = %s;\n", name, text)
		return err
	}
	fmt.Fprintf(out, "export interface %s {\n", name)
	for _, field := range s.fields() {
		text, err := typeOf(s.Properties[field])
		if err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		optional := "?"
		if slices.Contains(s.Required, field) {
			optional = ""
		}
		out.WriteString(comment("    ", s.Properties[field].Description))
		fmt.Fprintf(out, "    %s%s: %s;\n", field, optional, text)
	}
	out.WriteString("}\n")
	return nil
}

// typeOf writes a schema as a type's expression.
func typeOf(s *schema) (string, error) {
	switch {
	case s.Ref != "":
		return path.Base(s.Ref), nil
	case s.AnyOf != nil || s.OneOf != nil:
		return union(slices.Concat(s.AnyOf, s.OneOf), typeOf)
	case s.Enum != nil:
		return union(s.Enum, literal)
	case len(s.Type) == 0:
		return "unknown", nil
	}
	return union(s.Type, func(kind string) (string, error) { return typeOfKind(s, kind) })
}

func typeOfKind(s *schema, kind string) (string, error) {
	switch kind {
	case "string", "boolean", "null":
		return kind, nil
	case "number", "integer":
		return "number", nil
	case "array":
		items, err := typeOf(s.Items)
		if strings.Contains(items, " ") {
			items = "(" + items + ")"
		}
		return items + "[]", err
	case "object":
		if values := s.values(); values != nil {
			text, err := typeOf(values)
			return "Record<string, " + text + ">", err
		}
		return "Record<string, unknown>", nil
	}
	return "", fmt.Errorf("no TypeScript for the type %q", kind)
}

func literal(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

func union[T any](parts []T, write func(T) (string, error)) (string, error) {
	var texts []string
	for _, part := range parts {
		text, err := write(part)
		if err != nil {
			return "", err
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " | "), nil
}

// comment writes what an editor shows beside a name; nothing of nothing.
func comment(indent, text string) string {
	if text == "" {
		return ""
	}
	lines := strings.Split(strings.ReplaceAll(text, "*/", "* /"), "\n")
	if len(lines) == 1 {
		return fmt.Sprintf("%s/** %s */\n", indent, text)
	}
	out := indent + "/**\n"
	for _, line := range lines {
		out += strings.TrimRight(indent+" * "+line, " ") + "\n"
	}
	return out + indent + " */\n"
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
