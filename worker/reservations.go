package worker

import (
	"context"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/store"
)

func (s *server) storeReservation(ctx context.Context, in *keyed[api.StoreReservation]) (api.Reservation, error) {
	return presentedReservation(s.payments.Reserve(ctx, bookingOf(in.Body)))
}

// openReserved is openStored of billing keys.
func (s *server) openReserved(ctx context.Context, in *keyed[api.StoreReservation], known *store.Answer) error {
	if known.Refused() {
		return nil
	}
	_, err := s.payments.Reserved(ctx, bookingOf(in.Body))
	return err
}

func bookingOf(in api.StoreReservation) payment.Booking {
	return payment.Booking{
		Vendor: vendorOf(in.Vendor), Source: sourceOf(in.Source), Title: in.Title, Password: in.Password,
	}
}

func (s *server) reservationBySource(ctx context.Context,
	in *struct{ Body api.SourcePassword }) (api.Reservation, error) {
	return presentedReservation(s.payments.ReservationBySource(ctx, sourceOf(in.Body.Source), in.Body.Password))
}

func (s *server) reservationByID(ctx context.Context, in *struct {
	ID   string `path:"id" format:"uuid"`
	Body api.Password
}) (api.Reservation, error) {
	return presentedReservation(s.payments.ReservationByID(ctx, uuid.MustParse(in.ID), in.Body.Password))
}

func presentedReservation(r *payment.Reservation, err error) (api.Reservation, error) {
	if err != nil {
		return api.Reservation{}, err
	}
	code := api.VendorCode(r.Vendor.Code)
	return api.Reservation{
		ID: r.ID.String(), VendorCode: code,
		Vendor: api.ReservationVendor{Code: code, StoreID: r.Vendor.StoreID, UID: r.Vendor.UID},
		Source: api.Source{Schema: r.Source.Schema, Table: r.Source.Table, ID: r.Source.ID},
		Title:  r.Title, Data: r.Data, CreatedAt: api.At(r.CreatedAt),
	}, nil
}
