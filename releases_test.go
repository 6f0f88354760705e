package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shirou/gopsutil/v3/process"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/updater/release"
)

func TestStart_FromReleases(t *testing.T) {
	t.Parallel()
	dbtest.New(t)
	s := newSystem(t)
	home := release.Home(s.home)
	if err := home.Adopt(t.Context(), s.binary); err != nil {
		t.Fatal(err)
	}
	first := mustPointed(t, home, release.Current)

	s.mustExec(t, "start", "--daemon")
	if ran := programOf(t, s.pid(t, "run/supervisor.pid")); ran != home.Through(release.LastGood) {
		t.Errorf("the supervisor is %s, want the last good release", ran)
	}
	if ran := s.workersRun(t); !slices.Equal(ran, []string{home.Binary(first)}) {
		t.Errorf("workers are of %q, want release %s", ran, first)
	}

	s.makeRelease(t, "broken", []byte("#!/bin/sh\nexit 7\n"))
	mustPoint(t, home, "broken")
	if out, status := s.exec(t, "reload"); status == 0 {
		t.Errorf("a reload to a broken release ended well: %s", out)
	}
	s.crashAWorker(t)
	if ran := s.workersRun(t); !slices.Equal(ran, []string{home.Binary(first)}) {
		t.Errorf("after a crash workers are of %q, want the last good release %s, not the current one", ran, first)
	}

	program, err := os.ReadFile(s.binary)
	if err != nil {
		t.Fatal(err)
	}
	s.makeRelease(t, "second", program)
	mustPoint(t, home, "second")
	s.mustExec(t, "reload")
	if good := mustPointed(t, home, release.LastGood); good != "second" {
		t.Errorf("after a reload the last good release is %s, want second", good)
	}
	s.mustExec(t, "upgrade")
	if !s.healthy() {
		t.Error("the API is not healthy after all this")
	}
}

// makeRelease puts a program among the releases as the updater would have.
func (s *system) makeRelease(t *testing.T, name string, program []byte) {
	t.Helper()
	binary := release.Home(s.home).Binary(name)
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(binary, program, 0o755); err != nil {
		t.Fatal(err)
	}
}

// crashAWorker kills one and waits for its successor.
func (s *system) crashAWorker(t *testing.T) {
	t.Helper()
	before := s.workers(t)
	if err := before[0].Kill(); err != nil {
		t.Fatal(err)
	}
	await(t, "a killed worker is replaced", func() bool {
		now := s.workers(t)
		return len(now) == len(before) && !slices.ContainsFunc(now, func(p *process.Process) bool { return p.Pid == before[0].Pid })
	})
}

func (s *system) workers(t *testing.T) (found []*process.Process) {
	t.Helper()
	for _, line := range s.processes(t) {
		var pid int32
		if _, err := fmt.Sscan(line, &pid); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(line, " worker") {
			found = append(found, &process.Process{Pid: pid})
		}
	}
	return found
}

// workersRun are the programs that workers run, each once.
func (s *system) workersRun(t *testing.T) (programs []string) {
	t.Helper()
	for _, p := range s.workers(t) {
		programs = append(programs, programOf(t, int(p.Pid)))
	}
	slices.Sort(programs)
	return slices.Compact(programs)
}

// programOf is how a process was called.
func programOf(t *testing.T, pid int) string {
	t.Helper()
	args, err := (&process.Process{Pid: int32(pid)}).CmdlineSlice()
	if err != nil || len(args) == 0 {
		t.Fatalf("process %d: %v", pid, err)
	}
	return args[0]
}

func mustPoint(t *testing.T, home release.Home, name string) {
	t.Helper()
	if err := home.Point(release.Current, name); err != nil {
		t.Fatal(err)
	}
}

func mustPointed(t *testing.T, home release.Home, p release.Pointer) string {
	t.Helper()
	name, err := home.Pointed(p)
	if err != nil {
		t.Fatal(err)
	}
	return name
}
