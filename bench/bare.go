package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"path"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/samchon/payments-server/bench/httpload"
)

// bareReads is the least that a Go server does to read a record by HTTP: net/http, pgx,
// the same query, and the record's row as it is in the database. It runs in the load's
// own process, which spares it the switch between two.
func bareReads(pool *pgxpool.Pool, query string, load httpload.Volley) contender {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		rows, err := pool.Query(r.Context(), query, path.Base(r.URL.Path))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer rows.Close()
		for rows.Next() {
			for _, column := range rows.RawValues() {
				_, _ = w.Write(column) // if the load has gone there is nobody to tell
			}
		}
	})
	return contender{"a bare net/http server", func(ctx context.Context, d time.Duration) (httpload.Lap, error) {
		l, err := net.Listen("tcp", loopback(0))
		if err != nil {
			return httpload.Lap{}, err
		}
		server := http.Server{Handler: handler}
		defer server.Close()
		go func() { _ = server.Serve(l) }() // it ends by Close
		load.Address = l.Addr().String()
		return load.Closed(ctx, d)
	}}
}
