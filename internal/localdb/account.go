package localdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who runs PostgreSQL's programs. They refuse to run as root, so root
// hands them to a humbler account; everybody else runs them as themselves.
type account struct {
	name     string
	uid, gid int
	humbler  bool // not who we are: files are given to it, commands run as it
}

// humblerAccounts are tried in order by root. The first comes with every
// distribution's PostgreSQL package, the second with every Unix.
var humblerAccounts = []string{"postgres", "nobody"}

func databaseAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range humblerAccounts {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return account{}, fmt.Errorf("account %s: %w", name, err)
		}
		return account{name: name, uid: uid, gid: gid, humbler: true}, nil
	}
	return account{}, fmt.Errorf("PostgreSQL refuses to run as root, and there is no account among %v to run it as", humblerAccounts)
}

// command prepares a program to run as the account: in a session of its own, so
// that Ctrl-C in our terminal does not reach it, and in an environment of its
// own, so that no PG* variable of ours steers it and its messages are English.
func (a account) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + filepath.Dir(program) + ":/usr/bin:/bin", "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.humbler {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return cmd
}

// own gives path to the account.
func (a account) own(path string) error {
	if !a.humbler {
		return nil
	}
	return os.Chown(path, a.uid, a.gid)
}

// inherited is how a program names the folder that it inherited as its first
// descriptor after the standard ones, see proc(5).
const inherited = "/proc/self/fd/3"

// reach lets a program enter dir although the account may not pass through a
// folder above it: a clone in root's own home, say. It inherits the open folder,
// and knows it by the returned name, which is just dir where the way is free.
func (a account) reach(dir string) (name string, files []*os.File, err error) {
	closed := a.closedParent(dir)
	if closed == "" {
		return dir, nil, nil
	}
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		return "", nil, fmt.Errorf("PostgreSQL refuses to run as root, and the account %q that would run it may not pass through %s: "+
			"choose a folder elsewhere, or run `chmod o+x %s`", a.name, closed, closed)
	}
	f, err := os.Open(dir)
	return inherited, []*os.File{f}, err
}

// closedParent returns the nearest folder above dir that the account may not
// pass through, or "" when the way is free. It reads owner and mode only; an
// access list that says otherwise shows up when PostgreSQL starts.
func (a account) closedParent(dir string) string {
	if !a.humbler {
		return ""
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		if info, err := os.Stat(parent); err == nil && !a.mayPass(info) {
			return parent
		}
		if parent == filepath.Dir(parent) {
			return ""
		}
	}
}

func (a account) mayPass(folder os.FileInfo) bool {
	stat, ok := folder.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	switch {
	case int(stat.Uid) == a.uid:
		return folder.Mode()&0o100 != 0
	case int(stat.Gid) == a.gid:
		return folder.Mode()&0o010 != 0
	default:
		return folder.Mode()&0o001 != 0
	}
}
