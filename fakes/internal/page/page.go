// Package page is what a person sees at the address of a fake PG: its payments
// with buttons that play the payer, its webhooks, requests, clock and faults,
// live. It needs nothing from another host. All it does goes through the control
// API, so that a test can do the same.
package page

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
)

//go:embed files
var embedded embed.FS

var shell = template.Must(template.ParseFS(embedded, "files/page.html"))

// securityPolicy allows what the page has and nothing from elsewhere. A fake
// shows what it was sent, and somebody might send it a script.
const securityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Mount adds the page of a vendor to the root of its routes.
func Mount(mux *http.ServeMux, vendor string) {
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		panic("page: " + err.Error()) // the folder is part of the program
	}
	mux.Handle("GET /__fake/page/", http.StripPrefix("/__fake/page/", http.FileServerFS(files)))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", securityPolicy)
		_ = shell.Execute(w, vendor) // whoever asked may have left
	})
}
