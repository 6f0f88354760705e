package worker

import (
	"encoding/hex"
	"testing"
)

// TestHashRequest_StaysTheSame in all releases: a client that repeats its request after an update may not be told that it
// was another. Whoever has to change the hash changes toldApart with it.
func TestHashRequest_StaysTheSame(t *testing.T) {
	t.Parallel()
	s := &server{hashKey: []byte("key")}
	const want = "9c3be624407946c1c90253a3d66fcb6b117dae4e16f595cf4d7151ba3a3832a0"
	for name, sent := range map[string]string{
		"as it is":         `{"price":1000,"password":"p","account":{"bank":"신한은행","account":"1"},"reason":"<r>"}`,
		"in another order": "{\"reason\":\"<r>\",\n\"account\":{\"account\":\"1\", \"bank\":\"신한은행\"},\"price\":1000.0,\"password\":\"p\"}",
		"another password": `{"price":1000,"PASSWORD":"q","account":{"bank":"신한은행","account":"1"},"reason":"<r>"}`,
		"no password":      `{"price":1000,"account":{"bank":"신한은행","account":"1"},"reason":"<r>"}`,
	} {
		got, err := s.hashRequest([]byte(sent))
		if err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%s: got %x, %v", name, got, err)
		}
	}
	for name, sent := range map[string]string{
		"another price":                  `{"price":1001,"password":"p","account":{"bank":"신한은행","account":"1"},"reason":"<r>"}`,
		"what our types have no name of": `{"price":1000,"password":"p","account":{"bank":"신한은행","account":"1"},"reason":"<r>","x":1}`,
	} {
		got, err := s.hashRequest([]byte(sent))
		if err != nil || hex.EncodeToString(got) == want {
			t.Errorf("%s is taken for the same: %v", name, err)
		}
	}
}
