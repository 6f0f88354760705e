package updater

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/samchon/payments-server/updater/release"
)

// lease is what a machine remembers from before it tries a release until that is confirmed: what to return to.
type lease struct {
	Rollout string `json:"rollout"`
	From    string `json:"from"` // a release
}

func leaseFile(h release.Home) string  { return h.Updater("lease.json") }
func freezeFile(h release.Home) string { return h.Updater("freeze.json") }

func writeLease(h release.Home, l lease) error   { return writeFile(leaseFile(h), l) }
func dropLease(h release.Home) error             { return removeFile(leaseFile(h)) }
func readLease(h release.Home) (*lease, error)   { return readFile[lease](leaseFile(h)) }
func readFreeze(h release.Home) (*Freeze, error) { return readFile[Freeze](freezeFile(h)) }

// keepFreeze keeps what the master says of it for when there is no master. Only a later word lifts a freeze: a master
// that knows of none does not.
func keepFreeze(h release.Home, f *Freeze) error {
	kept, err := readFreeze(h)
	if err != nil || f == nil || kept != nil && !f.At.After(kept.At) {
		return err
	}
	return writeFile(freezeFile(h), f)
}

// frozen is the freeze that holds on a machine, or nil.
func frozen(h release.Home) error {
	f, err := readFreeze(h)
	if err != nil || f == nil || f.Lifted {
		return err
	}
	return f
}

// Error tells whoever wants to update.
func (f *Freeze) Error() string {
	return fmt.Sprintf("updates are frozen by %s since %s: %s", f.Who, f.At.Format(time.RFC3339), f.Reason)
}

// readFile is nil when there is none.
func readFile[T any](path string) (*T, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(text, v); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return v, nil
}

// writeFile replaces a file such that a power cut leaves the old or the new one.
func writeFile(path string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	next := path + ".next"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	if err := release.SyncDir(next); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return release.SyncDir(filepath.Dir(path))
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return release.SyncDir(filepath.Dir(path))
}
