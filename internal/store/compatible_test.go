package store

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestSchema_DeclaresHowFarBackEachMigrationReaches(t *testing.T) {
	t.Parallel()
	schema, err := Schema()
	must(t, err)
	if len(schema) < 2 || schema[0] != (Migration{1, 0}) || schema[1] != (Migration{2, 2}) {
		t.Errorf("got %v", schema)
	}
}

func TestReadSchema(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file, sql, wrong string
		want                   []Migration
	}{
		{"Declared", "00003_more.sql", "-- Why.\n-- compatible-with: 2\n\nSELECT 1", "", []Migration{{3, 2}}},
		{"Undeclared", "00003_more.sql", "SELECT 1", "has to say", nil},
		{"InASentence", "00003_more.sql", "-- it is compatible-with: 2 or so", "has to say", nil},
		{"OfTheFuture", "00003_more.sql", "-- compatible-with: 4", "comes later", nil},
		{"Unnumbered", "more.sql", "-- compatible-with: 2", "begin with its version", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := readSchema(fstest.MapFS{"migrations/" + test.file: {Data: []byte(test.sql)}})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("got error %v, want %q", err, test.wrong)
			}
		})
	}
}
