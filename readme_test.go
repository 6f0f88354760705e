package main

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// npmCommands are the run commands of the original's manual, chapter 5.2.
var npmCommands = []string{
	"build", "build:api", "dev", "monitor", "package:api", "reset:local", "reset:dev", "ssh:dev", "ssh:real", "start",
	"start:updator:master", "start:updator:slave", "start:reload", "stop", "stop:updator:master", "stop:updator:slave",
	"update", "test", "test:update",
}

func TestReadme_HasACounterpartOfEachCommandOfTheOriginal(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"README.md", "README.ko.md"} {
		here := map[string]string{}
		_, table, _ := strings.Cut(mustReadText(t, document), "| npm run |")
		table, _, _ = strings.Cut(table, "\n\n")
		for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\| (`.*) \\|$").FindAllStringSubmatch(table, -1) {
			for _, name := range quoted(row[1]) {
				here[strings.Fields(name)[0]] = row[2]
			}
		}
		for _, name := range npmCommands {
			if here[name] == "" {
				t.Errorf("%s: there is nothing for npm run %s", document, name)
			}
			for _, commands := range quoted(here[name]) {
				for command := range strings.SplitSeq(commands, " && ") {
					if err := try(t, command); err != nil {
						t.Errorf("%s: for npm run %s there is %s: %v", document, name, command, err)
					}
				}
			}
		}
	}
}

func quoted(text string) (all []string) {
	for _, match := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return all
}

// try reports whether a command could be typed here, without doing it.
func try(t *testing.T, command string) error {
	t.Helper()
	words := strings.Fields(command)
	switch {
	case strings.Contains(command, "="): // a variable
		return nil
	case words[0] == "payments":
		_, err := invoke(t, nil, append(words[1:], "--help")...)
		return err
	case words[0] == "make":
		return exec.CommandContext(t.Context(), "make", "--dry-run", words[1]).Run()
	}
	_, err := exec.LookPath(words[0])
	return err
}
