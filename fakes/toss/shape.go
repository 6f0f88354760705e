package toss

import (
	"encoding/json"
	"fmt"

	api "github.com/samchon/payments-server/api/toss"
)

// shape is what the body of a request must look like: its members, in the order
// in which they are looked at. Others may be there, and are ignored.
type shape []member

// breach is a body that has not the shape.
type breach struct {
	path     string
	expected string
	value    json.RawMessage // nil when it was left out
	code     string
}

func (b breach) Error() string { return fmt.Sprintf("%s is not %s", b.path, b.expected) }

// check returns a breach, unless the body has the shape.
func (s shape) check(body json.RawMessage, path string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return breach{path, "object", nil, api.CodeInvalidRequest}
	}
	for _, m := range s {
		if err := m.check(members[m.name], path+"."+m.name); err != nil {
			return err
		}
	}
	return nil
}
