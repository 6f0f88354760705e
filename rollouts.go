package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/journal"
	"github.com/samchon/payments-server/updater/release"
)

type rolloutsCommand struct {
	Verify bool `help:"Only check that nobody changed the journal, and print the hash of its last line."`
	JSON   bool `help:"Print the journal as it is, for programs."`
}

func (rolloutsCommand) Help() string {
	return `The updater's master keeps a journal: who updated what, when, from where, and what became of each machine. Each line
carries a hash of itself and of the line before it, which every call checks. Lines that were cut off at the end are only
noticed by comparing the last hash with one that was noted earlier.

    payments rollouts
    payments rollouts --verify
    payments rollouts --json | jq .entry`
}

func (c rolloutsCommand) Run(p *program) error {
	master, err := p.master()
	if err != nil {
		return err
	}
	text, err := master.Journal(p.ctx)
	if err != nil {
		return err
	}
	var history history
	head, err := journal.Verify(bytes.NewReader(text), history.add)
	switch {
	case err != nil:
		return fmt.Errorf("the journal cannot be trusted: %w", err)
	case c.Verify:
		_, err = fmt.Fprintf(p.stdout, "%d entries, unchanged, last hash %s\n", history.entries, head)
	case c.JSON:
		_, err = p.stdout.Write(text)
	default:
		err = history.write(p.stdout)
	}
	return err
}

// history is what a journal tells.
type history struct {
	entries int
	lines   []updater.Entry // what began and ended, without the machines
}

func (h *history) add(text json.RawMessage) error {
	h.entries++
	var e updater.Entry
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	if e.Event != updater.EventMachine {
		h.lines = append(h.lines, e)
	}
	return nil
}

func (h *history) write(w io.Writer) error {
	t := columns(w)
	fmt.Fprintln(t, "TIME\tEVENT\tWHO\tFROM\tTO\tOUTCOME\tREASON")
	for _, e := range h.lines {
		at := e.At.Local().Format(time.DateTime)
		if e.Rollout != nil {
			r := e.Rollout
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", at, e.Event, r.Who, release.Short(r.From), release.Short(r.To), r.Outcome, firstLine(r.Reason))
		} else if e.Freeze != nil {
			fmt.Fprintf(t, "%s\t%s\t%s\t\t\t\t%s\n", at, map[bool]string{false: "freeze", true: "unfreeze"}[e.Freeze.Lifted], e.Freeze.Who, e.Freeze.Reason)
		}
	}
	return t.Flush()
}

func firstLine(text string) string {
	line, _, _ := bytes.Cut([]byte(text), []byte("\n"))
	return string(line)
}
