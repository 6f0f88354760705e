package localdb

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// settingsFile is ours; postgresql.conf stays as initdb wrote it but for one line
// that includes it.
const settingsFile = "payments.conf"

func includeSettings(data string) error {
	f, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "\ninclude '%s'\n", settingsFile)
	return errors.Join(err, f.Close())
}

// durable are the settings of a server whose data matters. Two generations of
// workers with their pools, and a person with a database tool, fit well into the
// connections. The just-in-time compiler costs more than our short queries.
var durable = []string{
	"listen_addresses = '127.0.0.1'",
	"max_connections = 200",
	"jit = off",
	"log_checkpoints = off",
}

// forgetful are added for data that nobody misses after a crash.
// https://www.postgresql.org/docs/current/non-durability.html
var forgetful = []string{
	"fsync = off",
	"synchronous_commit = off",
	"full_page_writes = off",
	"max_wal_size = 4GB",
	"checkpoint_timeout = 1h",
	"max_connections = 500",
}

// writeSettings writes the settings of the next start.
func (c cluster) writeSettings(port int, socketDir string) error {
	lines := []string{
		"# Written by payments-server before every start.",
		"port = " + strconv.Itoa(port),
		"unix_socket_directories = " + quote(socketDir),
	}
	lines = append(lines, durable...)
	if c.throwaway {
		lines = append(lines, forgetful...)
	}
	return c.writeFile(c.settings(), strings.Join(lines, "\n")+"\n")
}

func (c cluster) settings() string { return filepath.Join(c.data(), settingsFile) }

func quote(value string) string {
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

var portSetting = regexp.MustCompile(`(?m)^port = (\d+)$`)

// choosePort returns the port of the last start while it is free, so that
// connection strings stay true, and else any free one.
func (c cluster) choosePort() (int, error) {
	if text, err := os.ReadFile(c.settings()); err == nil {
		if match := portSetting.FindSubmatch(text); match != nil {
			if port, err := freePort(string(match[1])); err == nil {
				return port, nil
			}
		}
	}
	return freePort("0")
}

func freePort(wanted string) (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:"+wanted)
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}

// longestSocketPath is what fits into a socket address with its closing zero:
// sun_path has 108 bytes on Linux (unix(7)) and 104 on macOS and the BSDs.
const longestSocketPath = 103

// chooseSocketDir returns a folder for the unix socket: run/ beside the data, or
// a short one among the temporary files where that path would be too long, or
// where a comma in it would part it into two hosts in a connection string.
func (c cluster) chooseSocketDir() (string, error) {
	dir := filepath.Join(c.dir, "run")
	if len(socketPath(dir, 65535)) <= longestSocketPath && !strings.Contains(dir, ",") {
		return dir, c.makeDir(dir)
	}
	short, err := os.MkdirTemp("/tmp", "payments-pg-")
	if err != nil {
		return "", err
	}
	return short, c.account.own(short)
}

// asNamed is a path below the folder as PostgreSQL's programs name it.
func (c cluster) asNamed(path string) string {
	if below, ok := strings.CutPrefix(path, c.dir+"/"); ok {
		return filepath.Join(c.name, below)
	}
	return path
}

// removeShortSocketDir removes what chooseSocketDir made among the temporary
// files.
func removeShortSocketDir(dir, socketDir string) error {
	if socketDir == filepath.Join(dir, "run") {
		return nil
	}
	return os.Remove(socketDir)
}
