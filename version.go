package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/samchon/payments-server/internal/store"
)

// Set by `make build` through -ldflags: the commit and its time. A plain `go build`
// in a git checkout knows the same from the toolchain.
var commit, built string

type versionCommand struct {
	JSON bool `help:"Print JSON, with the schema of the database that this build needs: what the updater asks for."`
}

func (versionCommand) Help() string {
	return `Prints the commit, its time and the Go version.

    payments version
    payments version --json | jq .schema`
}

func (c versionCommand) Run(p *program) error {
	b := readBuild()
	if c.JSON {
		return b.writeJSON(p)
	}
	_, err := fmt.Fprintf(p.stdout, "commit  %s\nbuilt   %s\ngo      %s %s/%s\n",
		b.commit, b.time, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func (b build) writeJSON(p *program) error {
	schema, err := store.Schema()
	if err != nil {
		return err
	}
	return json.NewEncoder(p.stdout).Encode(map[string]any{
		"commit": b.commit, "built": b.time, "go": runtime.Version(), "schema": schema,
	})
}

// build is what this binary was made from.
type build struct{ commit, time string }

// shortCommit is as much of it as people are shown.
func (b build) shortCommit() string { return b.commit[:min(12, len(b.commit))] }

func readBuild() build {
	b := build{commit: commit, time: built}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.commit = cmp.Or(b.commit, setting(info, "vcs.revision"), "unknown")
		b.time = cmp.Or(b.time, setting(info, "vcs.time"), "unknown")
	}
	return b
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
