// Package term shows samples of a machine on a terminal, one after the other. It takes the whole screen and gives it
// back as it was, however it ends; it takes no keys and keeps no history beyond what is on the screen.
package term

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Control sequences of xterm, which every terminal of today knows.
const (
	enter = "\x1b[?1049h\x1b[?25l" // the other screen, no cursor
	leave = "\x1b[?25h\x1b[?1049l"
	home  = "\x1b[H"
	rest  = "\x1b[K" // clear to the end of the line
	below = "\x1b[J" // clear to the end of the screen
)

// screen is a terminal that is ours for a while.
type screen struct {
	file  *os.File
	modes *unix.Termios // as they were
}

// take switches to the other screen, and keeps keys from showing up in it. Ctrl-C stays a signal; Ctrl-\ and Ctrl-Z, which
// would leave without giving anything back, are none meanwhile.
func take(f *os.File) (*screen, error) {
	modes, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if errors.Is(err, unix.ENOTTY) {
		return nil, errors.New("there is no terminal to watch it on")
	}
	if err != nil {
		return nil, fmt.Errorf("take the terminal: %w", err)
	}
	quiet := *modes
	quiet.Lflag &^= unix.ECHO
	quiet.Cc[unix.VQUIT], quiet.Cc[unix.VSUSP] = 0, 0 // _POSIX_VDISABLE
	if err := unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, &quiet); err != nil {
		return nil, fmt.Errorf("take the terminal: %w", err)
	}
	_, err = f.WriteString(enter)
	return &screen{f, modes}, err
}

// giveBack leaves the terminal as it was found. What was typed meanwhile is thrown away.
func (s *screen) giveBack() {
	_, _ = s.file.WriteString(leave) // there may be no terminal any more
	_ = unix.IoctlSetTermios(int(s.file.Fd()), unix.TCSETSF, s.modes)
}

// size falls back to what every terminal has.
func (s *screen) size() (width, height int) {
	size, err := unix.IoctlGetWinsize(int(s.file.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Col == 0 || size.Row == 0 {
		return 80, 24
	}
	return int(size.Col), int(size.Row)
}

// draw replaces what is on the screen, in one write: it does not flicker.
func (s *screen) draw(lines []string) error {
	var b bytes.Buffer
	b.WriteString(home)
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(line + rest)
	}
	b.WriteString(below)
	_, err := s.file.Write(b.Bytes())
	return err
}
