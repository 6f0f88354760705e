package store

import (
	"context"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/store/sqlcgen"
)

// RenewPassword implements payment.Store. Ids are unique among both tables.
func (s *Store) RenewPassword(ctx context.Context, record uuid.UUID, old, renewed string) error {
	return translate(s.queries.RenewPassword(ctx, sqlcgen.RenewPasswordParams{ID: record, Old: old, Renewed: renewed}))
}
