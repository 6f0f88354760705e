package front

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
)

const hidden = "***"

// Mask returns a function that masks the named members of a JSON object or a
// form, at any depth. A body that is neither is not shown at all.
func Mask(keys ...string) func(body []byte) string {
	return func(body []byte) string {
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) == nil {
			return maskObject(object, keys)
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return hidden
		}
		return maskForm(form, keys)
	}
}

func maskObject(object map[string]json.RawMessage, keys []string) string {
	for key, value := range object {
		object[key] = maskMember(key, value, keys)
	}
	text, err := json.Marshal(object)
	if err != nil {
		return hidden
	}
	return string(text)
}

func maskMember(key string, value json.RawMessage, keys []string) json.RawMessage {
	if slices.Contains(keys, key) {
		return json.RawMessage(`"` + hidden + `"`)
	}
	var object map[string]json.RawMessage
	if value[0] == '{' && json.Unmarshal(value, &object) == nil {
		return json.RawMessage(maskObject(object, keys))
	}
	if value[0] == '[' {
		return json.RawMessage("[]") // no request of the vendors has one that matters
	}
	return value
}

// name is what a form's keys look like. Any text parses as a form, with itself
// as a key, and that text could be a card number.
var name = regexp.MustCompile(`^[A-Za-z_]+(\[\])?$`)

func maskForm(form url.Values, keys []string) string {
	for key := range form {
		if !name.MatchString(key) {
			return hidden
		}
		if slices.Contains(keys, key) {
			form.Set(key, hidden)
		}
	}
	return form.Encode()
}
