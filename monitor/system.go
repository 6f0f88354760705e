package monitor

import (
	"cmp"
	"encoding/base64"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
)

// commitFacts is set by `make build` through -ldflags: what
// scripts/commit-facts.sh prints, so that a binary knows its whole commit also
// where there is no git. Another build knows what the Go toolchain recorded.
var commitFacts string

var (
	processUID = uuid.NewString()
	started    = time.Now()
)

// System tells what this process is.
func System() api.System {
	commit := readCommit(commitFacts, buildSettings())
	return api.System{
		UID: processUID, Arguments: os.Args, Commit: commit, Package: modulePackage(commit.Tags), CreatedAt: api.At(started),
	}
}

// factNames are the fields of commitFacts, in their order, as git log names them.
const (
	factShortHash = iota
	factBranch
	factHash
	factSubject
	factSanitizedSubject
	factBody
	factAuthorName
	factAuthorEmail
	factAuthoredOn
	factCommitterName
	factCommitterEmail
	factCommittedOn
	factTags
	factCount
)

// readCommit prefers the facts of `make build` to the toolchain's.
func readCommit(facts string, settings map[string]string) api.Commit {
	text, _ := base64.StdEncoding.DecodeString(facts)
	f := strings.Split(strings.TrimRight(string(text), "\n"), "\x1f")
	if len(f) != factCount {
		f = make([]string, factCount)
		f[factHash] = settings["vcs.revision"]
		f[factShortHash] = f[factHash][:min(7, len(f[factHash]))]
		if at, err := time.Parse(time.RFC3339, settings["vcs.time"]); err == nil {
			f[factAuthoredOn] = strconv.FormatInt(at.Unix(), 10)
			f[factCommittedOn] = f[factAuthoredOn]
		}
	}
	return api.Commit{
		ShortHash: f[factShortHash], Branch: f[factBranch], Hash: f[factHash],
		Subject: f[factSubject], SanitizedSubject: f[factSanitizedSubject], Body: f[factBody],
		Author:     api.Person{Name: f[factAuthorName], Email: f[factAuthorEmail]},
		Committer:  api.Person{Name: f[factCommitterName], Email: f[factCommitterEmail]},
		AuthoredOn: f[factAuthoredOn], CommittedOn: f[factCommittedOn],
		AuthoredAt: localTime(f[factAuthoredOn]), CommittedAt: localTime(f[factCommittedOn]),
		Tags: strings.Fields(f[factTags]),
	}
}

func localTime(unix string) string {
	seconds, err := strconv.ParseInt(unix, 10, 64)
	if err != nil {
		return ""
	}
	return time.Unix(seconds, 0).Local().Format(time.DateTime)
}

func buildSettings() map[string]string {
	settings := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
	}
	return settings
}

// module is ours; a test of somebody else's that opens the server is built as a part of theirs.
const module = "github.com/samchon/payments-server"

// modulePackage says in the words of a package.json what the module is.
func modulePackage(tags []string) api.Package {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return packageOf(info, tags)
}

// release is what a tag of one looks like.
var release = regexp.MustCompile(`^v\d+\.\d+\.\d+`)

func packageOf(info *debug.BuildInfo, tags []string) api.Package {
	const source = "https://" + module
	p := api.Package{
		Name: module, Version: "(devel)",
		Description: "One server in front of the Korean payment gateways Iamport and Toss Payments.",
		Scripts:     map[string]string{"build": "make build", "start": "make run", "test": "make test"},
		Repository:  api.Repository{Type: "git", URL: source + ".git"},
		Author:      "The payments-server authors", License: "MIT",
		Bugs: api.Link{URL: source + "/issues"}, Homepage: source,
		DevDependencies: map[string]string{}, Dependencies: map[string]string{},
	}
	if info.Main.Path == module {
		p.Version = cmp.Or(info.Main.Version, p.Version)
		if i := slices.IndexFunc(tags, release.MatchString); p.Version == "(devel)" && i >= 0 {
			p.Version = tags[i] // make build keeps the toolchain from asking git
		}
	}
	for _, m := range info.Deps {
		if m.Path == module {
			p.Version = cmp.Or(m.Version, p.Version)
			continue
		}
		p.Dependencies[m.Path] = m.Version
	}
	return p
}
