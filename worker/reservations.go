package worker

import (
	"context"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/internal/payment"
)

func (s *server) storeReservation(ctx context.Context, in *keyed[api.StoreReservation]) (api.Reservation, error) {
	return presentedReservation(s.payments.Reserve(ctx, payment.Booking{
		Vendor: vendorOf(in.Body.Vendor), Source: sourceOf(in.Body.Source),
		Title: in.Body.Title, Password: in.Body.Password,
	}))
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
