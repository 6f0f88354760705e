package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/seal"
	"github.com/samchon/payments-server/internal/store/sqlcgen"
)

func reservationData(id uuid.UUID) seal.AD {
	return seal.AD{Table: "payment_reservations", Column: "data", Row: id.String()}
}

// Reservation implements payment.ReservationStore.
func (s *Store) Reservation(ctx context.Context, id uuid.UUID) (*payment.Reservation, error) {
	row, err := s.queries.ReservationByID(ctx, id)
	return s.reservation(row, err)
}

// ReservationBySource implements payment.ReservationStore.
func (s *Store) ReservationBySource(ctx context.Context, source payment.Source) (*payment.Reservation, error) {
	row, err := s.queries.ReservationBySource(ctx, sqlcgen.ReservationBySourceParams{
		SourceSchema: source.Schema, SourceTable: source.Table, SourceID: source.ID,
	})
	return s.reservation(row, err)
}

func (s *Store) reservation(row sqlcgen.Reservation, err error) (*payment.Reservation, error) {
	if err != nil {
		return nil, translate(err)
	}
	data, err := s.keys.Reservation.Open(row.Data, reservationData(row.ID))
	if err != nil {
		return nil, fmt.Errorf("data of reservation %s: %w", row.ID, err)
	}
	return &payment.Reservation{
		ID:     row.ID,
		Vendor: payment.Vendor{Code: payment.VendorCode(row.VendorCode), StoreID: row.VendorStoreID, UID: row.VendorUid},
		Source: payment.Source{Schema: row.SourceSchema, Table: row.SourceTable, ID: row.SourceID},
		Title:  row.Title, PasswordHash: row.Password, Data: data, CreatedAt: row.CreatedAt,
	}, nil
}

// InsertReservation implements payment.ReservationStore.
func (s *Store) InsertReservation(ctx context.Context, r *payment.Reservation) error {
	data, err := s.keys.Reservation.Seal(r.Data, reservationData(r.ID))
	if err != nil {
		return err
	}
	return translate(s.queries.InsertReservation(ctx, sqlcgen.InsertReservationParams{
		ID: r.ID, SourceSchema: r.Source.Schema, SourceTable: r.Source.Table, SourceID: r.Source.ID,
		VendorCode: string(r.Vendor.Code), VendorUid: r.Vendor.UID, VendorStoreID: r.Vendor.StoreID,
		Title: r.Title, Data: data, Password: r.PasswordHash, CreatedAt: r.CreatedAt,
	}))
}
