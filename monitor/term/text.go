package term

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
)

// fit cuts a line to the columns that there are. What is no character, such as the escape of a control sequence in
// somebody's commit message, is left out.
func fit(line string, columns int) string {
	var b strings.Builder
	for _, r := range line {
		if !unicode.IsPrint(r) {
			continue
		}
		if columns -= cells(r); columns < 0 {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// cells is how many columns a character takes: two in East Asian scripts (Unicode UAX #11).
func cells(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	if unicode.Is(unicode.Mn, r) {
		return 0
	}
	return 1
}

var bars = []rune("▁▂▃▄▅▆▇█")

// spark draws the last values as a line of bars, the highest for most or for the largest of them.
func spark(values []float64, columns int, most float64) string {
	values = values[max(0, len(values)-columns):]
	if len(values) > 0 {
		most = max(most, slices.Max(values))
	}
	line := []rune(strings.Repeat(" ", columns-len(values)))
	for _, v := range values {
		bar := 0
		if most > 0 {
			bar = int(v / most * float64(len(bars)-1))
		}
		line = append(line, bars[bar])
	}
	return string(line)
}

func number(v float64) string {
	if v > 0 && v < 10 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func millis(seconds *float64) string {
	if seconds == nil {
		return "-"
	}
	return number(*seconds*1e3) + " ms"
}

func percent(cores *float64) string {
	if cores == nil {
		return "-"
	}
	return fmt.Sprintf("%3.0f%%", *cores*100)
}

func mebibytes(bytes float64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f MiB", bytes/(1<<20))
}

func spanOf(seconds float64) string { return span(time.Duration(seconds * float64(time.Second))) }

// span says a duration in its largest unit.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", max(0, d)/time.Second)
}
