package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set by `make build` through -ldflags. A plain `go build` in a git checkout knows
// the same from the toolchain.
var commit, built string

type versionCommand struct{}

func (versionCommand) Help() string {
	return `Prints the commit, the time of the build and the Go version.

    payments version`
}

func (versionCommand) Run(p *program) error {
	b := readBuild()
	_, err := fmt.Fprintf(p.stdout, "commit  %s\nbuilt   %s\ngo      %s %s/%s\n",
		b.commit, b.time, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// build is what this binary was made from.
type build struct{ commit, time string }

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
