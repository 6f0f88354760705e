package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestSecret_IsAPlaceholderEverywhere(t *testing.T) {
	t.Parallel()
	type holder struct {
		One  Secret
		Many []Secret
		By   map[string]Secret
	}
	h := holder{One: "hunter2", Many: []Secret{"hunter2"}, By: map[string]Secret{"store": "hunter2"}}
	for name, print := range map[string]func() string{
		"Verbs": func() string {
			var out strings.Builder
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s", "%T"} {
				fmt.Fprintf(&out, verb+verb, h.One, h)
			}
			return out.String()
		},
		"GoString": func() string { return h.One.GoString() }, // for printers that are not fmt's
		"Error":    func() string { return fmt.Errorf("open %s: %v", h.One, &h).Error() },
		"JSON":     func() string { return mustEncode(t, json.Marshal, h) },
		"YAML":     func() string { return mustEncode(t, yaml.Marshal, h) },
		"Log": func() string {
			var out bytes.Buffer
			slog.New(slog.NewTextHandler(&out, nil)).Info("config", "secret", h.One, "all", h)
			slog.New(slog.NewJSONHandler(&out, nil)).Info("config", "secret", h.One, "all", h)
			return out.String()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := print()
			if !strings.Contains(out, placeholder) {
				t.Errorf("no placeholder in %s", out)
			}
			if strings.Contains(out, "hunter2") || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", "hunter2")) {
				t.Errorf("the secret shows in %s", out)
			}
		})
	}
}

func TestSecret_ShowsThatItIsEmpty(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprintf("[%v]", Secret("")); got != "[]" {
		t.Errorf("got %s", got)
	}
}

func mustEncode(t *testing.T, marshal func(any) ([]byte, error), v any) string {
	t.Helper()
	b, err := marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
