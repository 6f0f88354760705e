package store

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
)

// Migration is a step of the schema. Builds that need at least schema CompatibleWith run on the database after it.
type Migration struct {
	Version        int64 `json:"version"`
	CompatibleWith int64 `json:"compatible_with"`
}

var (
	numbered   = regexp.MustCompile(`^(\d+)_.*\.sql$`)
	compatible = regexp.MustCompile(`(?m)^-- compatible-with: (\d+)$`)
)

// Schema lists this build's migrations, oldest first. Each file declares how far back it reaches, because generations
// of two builds share a database during an update, and after an undo the older one goes on:
//
//	-- compatible-with: 2
//
// says that builds of schema 2 run on it unchanged, as after an expansion that builds of 2 do not notice. The updater
// refuses to start one build beside another that cannot live with its schema. River's own migrations declare nothing;
// its authors keep them such that they are applied before the code that needs them.
func Schema() ([]Migration, error) { return readSchema(migrations) }

func readSchema(files fs.FS) ([]Migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var schema []Migration
	for _, name := range names {
		m, err := readMigration(files, name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		schema = append(schema, m)
	}
	return schema, nil
}

func readMigration(files fs.FS, name string) (m Migration, err error) {
	sql, err := fs.ReadFile(files, name)
	if err != nil {
		return m, err
	}
	number, declared := numbered.FindStringSubmatch(name[len("migrations/"):]), compatible.FindSubmatch(sql)
	if number == nil {
		return m, fmt.Errorf("its name has to begin with its version, as 00003_name.sql")
	}
	if declared == nil {
		return m, fmt.Errorf("it has to say `-- compatible-with: N`, with the oldest schema whose builds run on it")
	}
	if m.Version, err = strconv.ParseInt(number[1], 10, 64); err != nil {
		return m, err
	}
	m.CompatibleWith, err = strconv.ParseInt(string(declared[1]), 10, 64)
	if err == nil && m.CompatibleWith > m.Version {
		err = fmt.Errorf("it says compatible-with %d, which comes later", m.CompatibleWith)
	}
	return m, err
}
