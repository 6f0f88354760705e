package worker

import (
	"bytes"
	"unicode/utf8"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// appendText writes a JSON string. The usual one needs no look at encoding/json.
func appendText(to []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			quoted := bytes.NewBuffer(to)
			_ = encodeJSON(quoted, s) // a text cannot fail to be written
			return bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))
		}
	}
	return append(append(append(to, '"'), s...), '"')
}

func appendAmount(to []byte, a money.Amount) []byte { return append(to, a.String()...) }

func appendTime(to []byte, t api.Time) []byte {
	text, _ := t.MarshalJSON() // it never fails
	return append(to, text...)
}

// appendOrNull writes what is there.
func appendOrNull[T any](to []byte, value *T, write func([]byte, T) []byte) []byte {
	if value == nil {
		return append(to, "null"...)
	}
	return write(to, *value)
}
