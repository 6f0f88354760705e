package localdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// cluster is the folder of a server that may be down or not exist yet.
type cluster struct {
	dir       string
	account   account
	throwaway bool

	// How PostgreSQL's programs name dir, and what they inherit for it.
	name  string
	files []*os.File
}

func dataDir(dir string) string  { return filepath.Join(dir, "data") }
func passFile(dir string) string { return filepath.Join(dir, "pgpass") }
func (c cluster) data() string   { return dataDir(c.dir) }

// openCluster makes the folder and gives it to the account that runs PostgreSQL,
// closed to everybody else.
func openCluster(dir string, throwaway bool) (cluster, error) {
	acct, err := databaseAccount()
	if err != nil {
		return cluster{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return cluster{}, err
	}
	c := cluster{dir: dir, account: acct, throwaway: throwaway}
	if err := c.makeDir(dir); err != nil {
		return cluster{}, err
	}
	c.name, c.files, err = acct.reach(dir)
	return c, err
}

func (c cluster) close() {
	for _, f := range c.files {
		_ = f.Close() // opened to be inherited, never read
	}
}

// command prepares one of PostgreSQL's programs.
func (c cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := c.account.command(ctx, program, args...)
	cmd.ExtraFiles = c.files
	return cmd
}

// makeDir makes a folder that only the account may enter.
func (c cluster) makeDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return errors.Join(os.Chmod(path, 0o700), c.account.own(path))
}

// writeFile writes a file that only the account may read.
func (c cluster) writeFile(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return c.account.own(path)
}

// unfinishedData is where initdb works.
const unfinishedData = "data.unfinished"

// initialise makes the cluster unless it exists. It works in a folder beside and
// renames it at the end, so that an interrupted attempt leaves nothing that looks
// like a cluster.
func (c cluster) initialise(ctx context.Context) error {
	if _, err := madeBy(c.data()); err == nil {
		return c.checkPassFile()
	}
	programs, err := findPrograms(ctx, c.data())
	if err != nil {
		return err
	}
	unfinished := filepath.Join(c.dir, unfinishedData)
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	if err := c.initdb(ctx, programs); err != nil {
		return err
	}
	if err := includeSettings(unfinished); err != nil {
		return err
	}
	return os.Rename(unfinished, c.data())
}

func (c cluster) checkPassFile() error {
	if _, err := os.Stat(passFile(c.dir)); err != nil {
		return fmt.Errorf("the data is there but its password is not (restore the file, or remove %s to begin anew): %w", c.data(), err)
	}
	return nil
}

// initdb makes a cluster in unfinishedData, and its password. The locale is C: its
// order never changes under an index when the operating system is upgraded, as
// that of other locales did with glibc 2.28.
// https://wiki.postgresql.org/wiki/Locale_data_changes
func (c cluster) initdb(ctx context.Context, programs programs) error {
	password := rand.Text()
	if err := c.writeFile(passFile(c.dir), "*:*:*:"+superuser+":"+password+"\n"); err != nil {
		return err
	}
	const once = "password.once"
	defer os.Remove(filepath.Join(c.dir, once))
	if err := c.writeFile(filepath.Join(c.dir, once), password+"\n"); err != nil {
		return err
	}
	args := []string{"--pgdata=" + filepath.Join(c.name, unfinishedData),
		"--username=" + superuser, "--pwfile=" + filepath.Join(c.name, once), "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C", "--data-checksums"}
	if c.throwaway {
		args = append(args, "--no-sync")
	}
	out, err := c.command(ctx, filepath.Join(programs.dir, "initdb"), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLine(string(out)))
	}
	return nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
