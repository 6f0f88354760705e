package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestSwappedRows_OpenNothing: who can write to the database cannot have one record's password
// open another's contents, wherever a sealed value stands.
func TestSwappedRows_OpenNothing(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	s := openStore(t, url, ourKeys(t, newKey))
	one, other := writeEverything(t, s), writeEverything(t, s)
	for _, c := range s.sealedColumns() {
		execute(t, url, fmt.Sprintf(`UPDATE payments.%[1]s AS a SET %[2]s = b.%[2]s FROM payments.%[1]s AS b
			WHERE (%[3]s) <> (%[4]s) AND a.%[2]s IS NOT NULL AND b.%[2]s IS NOT NULL`,
			c.table, c.name, "a."+strings.Join(c.key, ", a."), "b."+strings.Join(c.key, ", b.")))
	}

	tallies, err := s.Reseal(t.Context(), Rotation{DryRun: true})
	must(t, err)
	for _, c := range tallies {
		if c.Rows != 2 || c.Unreadable != 2 {
			t.Errorf("%+v, want two rows that do not open", c)
		}
	}
	for _, id := range []uuid.UUID{one.ID, other.ID} {
		if read, err := s.History(t.Context(), id); err == nil {
			t.Errorf("history %s reads %s", id, read.Data)
		}
		if read, err := s.Reservation(t.Context(), id); err == nil {
			t.Errorf("reservation %s reads %s", id, read.Data)
		}
	}
}
