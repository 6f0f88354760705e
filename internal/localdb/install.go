package localdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// ErrCannotInstall is wrapped by the errors of Install when no package manager we
// know is at hand, or we may not use it. Its text says what to do by hand.
var ErrCannotInstall = errors.New("cannot install PostgreSQL here: install it by hand " +
	"(Debian, Ubuntu: apt install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql@17) " +
	"or set DATABASE_URL to a server of yours")

// Install installs PostgreSQL's programs with apt, as root or by sudo where it
// asks no password, or with Homebrew. It says on progress what it runs before it
// runs it, and passes on what that prints.
func Install(ctx context.Context, progress io.Writer) error {
	commands := installCommands()
	if commands == nil {
		return ErrCannotInstall
	}
	fmt.Fprintln(progress, "PostgreSQL's programs are missing; installing them:")
	for _, command := range commands {
		fmt.Fprintln(progress, "  "+strings.Join(command, " "))
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = progress, progress
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("install PostgreSQL: %s: %w", strings.Join(command, " "), err)
		}
	}
	return nil
}

// installCommands are what to run on this machine, nil where we know nothing.
func installCommands() [][]string {
	if has("apt-get") {
		update := []string{"apt-get", "update", "-q"}
		install := []string{"apt-get", "install", "-q", "-y", "--no-install-recommends", "postgresql"}
		switch {
		case os.Geteuid() == 0:
			return [][]string{update, install}
		case exec.Command("sudo", "-n", "true").Run() == nil:
			sudo := []string{"sudo", "-n"}
			return [][]string{append(sudo[:2:2], update...), append(sudo[:2:2], install...)}
		}
		return nil
	}
	if has("brew") {
		return [][]string{{"brew", "install", "postgresql@17"}}
	}
	return nil
}

func has(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}
