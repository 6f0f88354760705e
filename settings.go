package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/samchon/payments-server/internal/config"
)

func settingsFile(cfg *config.Config) string { return cfg.Path("run", "settings.json") }

// keepSettings writes down what the supervisor of a home has of its configuration, so that a reload can say what else it
// would take.
func keepSettings(cfg *config.Config) error {
	text, err := json.Marshal(cfg.OfSupervisor())
	if err != nil {
		return err
	}
	return os.WriteFile(settingsFile(cfg), text, 0o600)
}

// sayWhatWaits names the settings that have changed since the supervisor started.
func (p *program) sayWhatWaits(cfg *config.Config) error {
	text, err := os.ReadFile(settingsFile(cfg))
	if errors.Is(err, fs.ErrNotExist) { // it is of a build that keeps none
		return nil
	}
	var has map[string]string
	if err := errors.Join(err, json.Unmarshal(text, &has)); err != nil {
		return fmt.Errorf("read the supervisor's settings: %w", err)
	}
	wanted := cfg.OfSupervisor()
	inEffect := func(name string) bool { now, ok := has[name]; return !ok || now == wanted[name] }
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(wanted)), inEffect)
	if len(names) == 0 {
		return nil
	}
	fmt.Fprintln(p.stdout, "\nA reload does not change these; `payments upgrade` does:")
	t := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "SETTING\tCONFIGURED\tNOW")
	for _, name := range names {
		fmt.Fprintf(t, "%s\t%s\t%s\n", name, wanted[name], has[name])
	}
	return t.Flush()
}
