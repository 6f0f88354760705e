// Command generate writes the generated half of the TypeScript SDK: the types and
// the functions that api/openapi.json describes. What is sent, encrypted and tried
// again is written by hand, in src.
//
// It reads as much of OpenAPI as our own document uses, and fails on anything else,
// rather than to publish a type that is wrong.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: generate OPENAPI.json DIRECTORY")
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatalf("generate the TypeScript SDK: %v", err)
	}
}

func run(source, directory string) error {
	text, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	files, err := generate(text)
	if err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	return replace(directory, files)
}

// generate returns the files by their names.
func generate(text []byte) (map[string]string, error) {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	types, err := writeTypes(d.Components.Schemas)
	if err != nil {
		return nil, err
	}
	files, err := writeFunctions(d)
	if err != nil {
		return nil, err
	}
	files["types.ts"] = types
	return files, nil
}

// replace makes files all that is in directory.
func replace(directory string, files map[string]string) error {
	if err := os.RemoveAll(directory); err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(banner+text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const banner = "// Made by `make api` from api/openapi.json.\n\n"
