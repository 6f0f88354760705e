package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// How often progress is shown: to a person who watches, and to a log.
const (
	watchedEvery = 100 * time.Millisecond
	loggedEvery  = 10 * time.Second
)

// progress shows how far a long command is: on a terminal in one line that
// changes, elsewhere in a line now and then.
type progress struct {
	out      io.Writer
	terminal bool
	shown    time.Time
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, shown: time.Now()}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// eraseLine returns to the start of a terminal's line and empties it.
const eraseLine = "\r\x1b[K"

func (p *progress) show(line string) {
	switch since := time.Since(p.shown); {
	case p.terminal && since >= watchedEvery:
		fmt.Fprint(p.out, eraseLine, line)
	case !p.terminal && since >= loggedEvery:
		fmt.Fprintln(p.out, line)
	default:
		return
	}
	p.shown = time.Now()
}

// end makes room for the result.
func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.out, eraseLine)
	}
}

// pace is a rate, and where the share that is done is known, the time left at it.
func pace(count int, done float64, took time.Duration) string {
	text := fmt.Sprintf("%.0f/s", float64(count)/max(took.Seconds(), 0.001))
	if done > 0 && done < 1 {
		left := time.Duration(float64(took) * (1 - done) / done)
		text += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	return text
}
