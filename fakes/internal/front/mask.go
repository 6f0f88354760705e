package front

import (
	"encoding/json"
	"net/url"
	"slices"
)

const masked = "***"

// Mask returns a function that masks the named members of a JSON object or a
// form, at any depth. A body that is neither is not shown at all.
func Mask(keys ...string) func(body []byte) string {
	return func(body []byte) string {
		var value any
		if json.Unmarshal(body, &value) == nil {
			text, err := json.Marshal(maskValue(value, keys))
			if err == nil {
				return string(text)
			}
		}
		form, err := url.ParseQuery(string(body))
		if err != nil || len(form) == 0 {
			return masked
		}
		for key := range form {
			if slices.Contains(keys, key) || form.Get(key) == "" {
				form.Set(key, masked) // a nameless value may be anything: a bare text parses as a key, too
			}
		}
		return form.Encode()
	}
}

func maskValue(value any, keys []string) any {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			if slices.Contains(keys, key) {
				v[key] = masked
			} else {
				v[key] = maskValue(member, keys)
			}
		}
	case []any:
		for i, member := range v {
			v[i] = maskValue(member, keys)
		}
	}
	return value
}
