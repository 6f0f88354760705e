package release

import "fmt"

// Schema is which database a build needs: its migrations, oldest first.
type Schema []Migration

// Migration is a step of the database's schema, and how far back it reaches: builds that need at least the schema
// CompatibleWith run on the database after it. The SQL file declares it.
type Migration struct {
	Version        int64 `json:"version"`
	CompatibleWith int64 `json:"compatible_with"`
}

// Version is that of the last migration.
func (s Schema) Version() int64 {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].Version
}

// Bears reports whether a build that needs schema version older runs on a database with this schema.
func (s Schema) Bears(older int64) error {
	for _, m := range s {
		if m.Version > older && m.CompatibleWith > older {
			return fmt.Errorf("migration %d needs builds of schema %d or newer, and one of schema %d would run beside it: "+
				"release what expands the schema first, and what contracts it when nothing older runs", m.Version, m.CompatibleWith, older)
		}
	}
	return nil
}

// sideBySide reports whether two builds can share a database, as they do during an update and after an undo.
func sideBySide(a, b Schema) error {
	if a.Version() > b.Version() {
		a, b = b, a
	}
	return b.Bears(a.Version())
}
