package localdb

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The tests of this file play a machine by its PATH, which a process has one of:
// they are not parallel.

func TestInstall(t *testing.T) {
	t.Run("RunsAptAndSaysSo", func(t *testing.T) {
		dir := t.TempDir()
		script(t, dir, "apt-get", `echo "apt says $*"`)
		script(t, dir, "sudo", `[ "$1" = -n ] && shift && "$@"`)
		t.Setenv("PATH", dir)
		var progress bytes.Buffer
		if err := Install(t.Context(), &progress); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"apt says update", "apt-get install", "apt says install", "postgresql"} {
			if !strings.Contains(progress.String(), want) {
				t.Errorf("progress is %q, want %q in it", &progress, want)
			}
		}
	})

	t.Run("TellsWhichCommandFailed", func(t *testing.T) {
		dir := t.TempDir()
		script(t, dir, "brew", "exit 3")
		t.Setenv("PATH", dir)
		err := Install(t.Context(), new(bytes.Buffer))
		if err == nil || !strings.Contains(err.Error(), "brew install postgresql@17: exit status 3") {
			t.Errorf("error is %v, want the command and its status", err)
		}
	})

	t.Run("SaysWhatToDoByHand", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if err := Install(t.Context(), new(bytes.Buffer)); !errors.Is(err, ErrCannotInstall) {
			t.Errorf("error is %v, want ErrCannotInstall", err)
		}
	})
}

func TestFindPrograms(t *testing.T) {
	machine := func(t *testing.T, versions ...string) (root string) {
		t.Helper()
		root = t.TempDir()
		for _, version := range versions {
			dir := filepath.Join(root, version, "bin")
			for _, name := range needed {
				script(t, dir, name, `echo "postgres (PostgreSQL) `+version+`.4 (Debian)"`)
			}
		}
		usual := usualPlaces
		usualPlaces = []string{root + "/*/bin"}
		t.Cleanup(func() { usualPlaces = usual })
		t.Setenv("PATH", "/usr/bin:/bin")
		return root
	}
	noData := func(t *testing.T) string { return filepath.Join(t.TempDir(), "data") }

	t.Run("TakesTheNewest", func(t *testing.T) {
		machine(t, "9", "15", "14")
		if got, err := findPrograms(t.Context(), noData(t)); err != nil || got.major != 15 {
			t.Errorf("found version %d, %v, want 15", got.major, err)
		}
	})

	t.Run("TakesTheVersionOfTheData", func(t *testing.T) {
		machine(t, "15", "14")
		data := t.TempDir()
		if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("14\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := findPrograms(t.Context(), data); err != nil || got.major != 14 {
			t.Errorf("found version %d, %v, want 14", got.major, err)
		}
	})

	t.Run("IgnoresAnIncompletePackage", func(t *testing.T) {
		root := machine(t, "15", "16")
		if err := os.Remove(filepath.Join(root, "16", "bin", "initdb")); err != nil {
			t.Fatal(err)
		}
		if got, err := findPrograms(t.Context(), noData(t)); err != nil || got.major != 15 {
			t.Errorf("found version %d, %v, want 15", got.major, err)
		}
	})

	t.Run("SaysWhereItLooked", func(t *testing.T) {
		root := machine(t)
		_, err := findPrograms(t.Context(), noData(t))
		if !errors.Is(err, ErrNoPrograms) || !strings.Contains(err.Error(), root) {
			t.Errorf("error is %v, want ErrNoPrograms and %s", err, root)
		}
	})
}

// script makes a program of a few lines of shell.
func script(t *testing.T, dir, name, lines string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+lines+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}
