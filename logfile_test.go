package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestLogFile writes as two supervisors do during an upgrade.
func TestLogFile(t *testing.T) {
	t.Parallel()
	const size = 10_000
	t.Run("KeepsEveryLineOfBothSupervisors", func(t *testing.T) {
		t.Parallel()
		files, text := writeLog(t, size, 800) // 80 kB
		if len(files) < 8 {
			t.Errorf("80 kB are in %d files of 10 kB", len(files))
		}
		for _, who := range []string{"old", "next"} {
			for i := range 400 {
				if n := bytes.Count(text, fmt.Appendf(nil, "%s %090d\n", who, i)); n != 1 {
					t.Fatalf("line %d of %s is there %d times", i, who, n)
				}
			}
		}
	})
	t.Run("DeletesTheOldest", func(t *testing.T) {
		t.Parallel()
		files, text := writeLog(t, size, 4000)
		if len(files) != oldLogFiles+1 {
			t.Errorf("%d files, want %d", len(files), oldLogFiles+1)
		}
		last := fmt.Appendf(nil, " %090d\n", 1999)
		if !bytes.Contains(text, last) { // of whoever was the last
			t.Error("the last line is missing")
		}
	})
}

// writeLog writes lines of about 100 bytes, half of them through each of two writers.
func writeLog(t *testing.T, size int64, lines int) (files []string, text []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "server.log")
	var writing sync.WaitGroup
	for _, who := range []string{"old", "next"} {
		log, err := openLogFile(path, size)
		must(t, err)
		t.Cleanup(func() { _ = log.file.Close() })
		writing.Go(func() {
			for i := range lines / 2 {
				if _, err := fmt.Fprintf(log, "%s %090d\n", who, i); err != nil {
					t.Errorf("line %d of %s: %v", i, who, err)
				}
			}
		})
	}
	writing.Wait()
	files, err := filepath.Glob(path + "*")
	must(t, err)
	files = without(files, path+".lock")
	for _, name := range files {
		b, err := os.ReadFile(name)
		must(t, err)
		text = append(text, b...)
	}
	return files, text
}

func without(all []string, one string) (kept []string) {
	for _, s := range all {
		if s != one {
			kept = append(kept, s)
		}
	}
	return kept
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
