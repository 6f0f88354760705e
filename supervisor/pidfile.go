package supervisor

import (
	"os"
	"strconv"
)

// removePIDFile leaves nothing behind, unless the file already names the supervisor after us.
func (s *supervisor) removePIDFile() {
	if s.o.PIDFile == "" {
		return
	}
	b, err := os.ReadFile(s.o.PIDFile)
	if err != nil || string(b) != strconv.Itoa(os.Getpid()) {
		return
	}
	if err := os.Remove(s.o.PIDFile); err != nil {
		s.log.Warn("cannot remove the pid file", "err", err)
	}
}
