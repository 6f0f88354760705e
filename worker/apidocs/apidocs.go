// Package apidocs is the page that people read the API's description on. It is one
// file without a script, made from the description, and needs nothing from
// elsewhere. It does not send requests: a browser should not hold the key.
package apidocs

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed files
var files embed.FS

var style = string(mustRead("files/page.css"))

// securityPolicy allows the page its style, known by its hash, and nothing else.
var securityPolicy = "default-src 'none'; style-src 'sha256-" + styleHash() + "'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var shell = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"prose": prose,
	"style": func() template.CSS { return template.CSS(style) },
}).ParseFS(files, "files/page.html"))

// Handler serves the page. It is made when somebody asks for it first.
func Handler(o *huma.OpenAPI) http.Handler {
	page := sync.OnceValues(func() ([]byte, error) { return render(o) })
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		html, err := page()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", securityPolicy)
		_, _ = w.Write(html) // whoever asked may have left
	})
}

func render(o *huma.OpenAPI) ([]byte, error) {
	var out bytes.Buffer
	err := shell.Execute(&out, viewOf(o))
	return out.Bytes(), err
}

var (
	code = regexp.MustCompile("`([^`]+)`")
	link = regexp.MustCompile(`https://[^\s<]*[^\s<.,:;]`)
)

// prose writes paragraphs, with what is between backticks as code, and addresses
// as links.
func prose(text string) template.HTML {
	var out strings.Builder
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		html := template.HTMLEscapeString(paragraph)
		html = code.ReplaceAllString(html, "<code>$1</code>")
		html = link.ReplaceAllString(html, `<a href="$0">$0</a>`)
		out.WriteString("<p>" + html + "</p>")
	}
	return template.HTML(out.String()) //nolint:gosec // escaped above
}

func styleHash() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func mustRead(name string) []byte {
	text, err := files.ReadFile(name)
	if err != nil {
		panic("apidocs: " + err.Error()) // the folder is part of the program
	}
	return text
}
