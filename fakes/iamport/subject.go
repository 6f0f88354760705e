package iamport

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/samchon/payments-server/fakes/ledger"
)

// askedAbout tells the ledger which payment and order a request is about.
func askedAbout(r *http.Request, body []byte) ledger.Subject {
	return inPath(r.Method, r.URL.Path).Or(inBody(body))
}

func inPath(method, path string) ledger.Subject {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) < 2 {
		return ledger.Subject{}
	}
	switch call := parts[0] + "/" + parts[1]; {
	case len(parts) > 2 && (call == "payments/find" || call == "payments/findAll" || call == "payments/prepare"):
		return ledger.Subject{Order: parts[2]}
	case len(parts) > 2 && call == "internal/deposit":
		return ledger.Subject{Payment: parts[2]}
	case parts[0] == "receipts", parts[0] == "payments" && method == http.MethodGet:
		return ledger.Subject{Payment: parts[1]}
	}
	return ledger.Subject{}
}

func inBody(body []byte) ledger.Subject {
	if form, err := url.ParseQuery(string(body)); err == nil && (form.Has("merchant_uid") || form.Has("imp_uid")) {
		return ledger.Subject{Payment: form.Get("imp_uid"), Order: form.Get("merchant_uid")}
	}
	var names struct {
		ImpUID      string `json:"imp_uid"`
		MerchantUID string `json:"merchant_uid"`
	}
	_ = json.Unmarshal(body, &names) // what is no such object names nothing
	return ledger.Subject{Payment: names.ImpUID, Order: names.MerchantUID}
}

// answeredAbout tells it of an answer about one payment. It looks for the names
// where this package has written them: to parse each answer anew cost a quarter
// of the fake's speed.
func answeredAbout(answer []byte) ledger.Subject {
	if bytes.Contains(answer, []byte(`"response":[`)) || bytes.Contains(answer, []byte(`"list":[`)) {
		return ledger.Subject{}
	}
	return ledger.Subject{Payment: written(answer, "imp_uid"), Order: written(answer, "merchant_uid")}
}

// written is the text under a name in JSON without spaces, whose escapes are Go's
// too. Within a text the name's own quotes would be escaped.
func written(answer []byte, name string) string {
	_, value, _ := bytes.Cut(answer, []byte(`"`+name+`":`))
	quoted, err := strconv.QuotedPrefix(string(value))
	if err != nil {
		return "" // null, or not there
	}
	text, err := strconv.Unquote(quoted)
	if err != nil {
		return ""
	}
	return text
}
