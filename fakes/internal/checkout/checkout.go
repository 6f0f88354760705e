// Package checkout is the payment window of the fakes: what a shop's page opens
// over itself, where a payer pays, is refused, or leaves. It looks alike for all
// vendors. What a choice leads to, and how the shop hears of it, is the vendor's.
package checkout

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"
)

//go:embed files
var embedded embed.FS

var shell = template.Must(template.ParseFS(embedded, "files/window.html"))

// securityPolicy lets the window be framed by the shop's page, and nothing else.
const securityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"

// Window is what the payer sees. An empty Amount or Order is not shown.
type Window struct {
	Vendor  string // in Korean
	English string
	Name    string // of what is bought
	Amount  string // with its currency
	Method  string
	Order   string
	Choices []Choice // the first is to pay
}

// Choice is a button. The window sends its name as POST /checkout/{id}/{name},
// and hands the answer to the shop's page, or follows its redirect.
type Choice struct {
	Name  string
	Label string
	// Unheard choices are known to the shop's page alone, if there is one.
	Unheard bool
}

// Write answers with the window. The payer may have left.
func (w Window) Write(to http.ResponseWriter) {
	to.Header().Set("Content-Type", "text/html; charset=utf-8")
	to.Header().Set("Content-Security-Policy", securityPolicy)
	_ = shell.Execute(to, w)
}

// Mount adds the script for shops' pages, at each of the patterns, and what the
// window consists of. Browsers ask for them without a key.
func Mount(mux *http.ServeMux, script string, patterns ...string) {
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		panic("checkout: " + err.Error()) // the folder is part of the program
	}
	for _, pattern := range patterns {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "script.js", time.Time{}, strings.NewReader(script))
		})
	}
	for _, name := range []string{"window.js", "window.css"} {
		mux.Handle("GET /checkout/"+name, http.StripPrefix("/checkout", http.FileServerFS(files)))
	}
}

// Destination reads an address that the payer is to be sent to; nil when empty.
func Destination(address string) (*url.URL, error) {
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is not an http address", address)
	}
	return u, nil
}

// Extend adds to the query that a shop's address may have already.
func Extend(address *url.URL, more map[string]string) string {
	u := *address
	query := u.Query()
	for name, value := range more {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return u.String()
}
