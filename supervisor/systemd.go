package supervisor

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// firstActivated is where systemd puts the first descriptor it passes (sd_listen_fds(3)).
const firstActivated = 3

// Activated reports whether systemd has passed us the API's listener. Then its address is taken, and it is ours.
func Activated() bool {
	names := strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	return os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()) && slices.Contains(names, apiName)
}

// activated returns the listeners that systemd passed, by name: those of a socket unit (FileDescriptorName=), or those
// that a supervisor before us stored and that outlived its crash. Our children must not take them for theirs.
func activated() (map[string]net.Listener, error) {
	defer os.Unsetenv("LISTEN_PID")
	defer os.Unsetenv("LISTEN_FDS")
	defer os.Unsetenv("LISTEN_FDNAMES")
	found := map[string]net.Listener{}
	if os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return found, nil
	}
	n, err := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if err != nil {
		return nil, fmt.Errorf("read LISTEN_FDS: %w", err)
	}
	names := strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	for i := range n {
		f := os.NewFile(uintptr(firstActivated+i), "activated")
		l, err := net.FileListener(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("descriptor %d from systemd: %w", firstActivated+i, err)
		}
		if i < len(names) {
			found[names[i]] = l
		}
	}
	return found, nil
}

// store leaves the API listener with systemd (FileDescriptorStoreMax= in the unit), so that it outlives our crash: a
// restarted supervisor finds it again, and clients meanwhile wait in its queue.
func (s *supervisor) store() {
	s.tellSystemd("FDSTORE=1\nFDNAME="+apiName, unix.UnixRights(int(s.sockets.api.Fd())))
}

// tellSystemd sends one notification (sd_notify(3)); it does nothing outside of a unit. systemd may be gone or deaf, and
// nothing that matters depends on it, so errors are only logged.
func (s *supervisor) tellSystemd(text string, rights []byte) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err == nil {
		err = unix.Sendmsg(fd, []byte(text), rights, &unix.SockaddrUnix{Name: path}, 0)
		unix.Close(fd)
	}
	if err != nil {
		s.log.Warn("cannot notify systemd", "err", err)
	}
}
