package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/samchon/payments-server/internal/store"
	"github.com/samchon/payments-server/internal/webhook"
)

type webhooksCommand struct {
	List      listCommand      `cmd:"" help:"List the webhooks that services have not taken."`
	Redeliver redeliverCommand `cmd:"" help:"Send webhooks to their services again."`
}

type listCommand struct {
	period
	Dead bool `help:"Only dead letters, those that were given up."`
	JSON bool `help:"Print JSON, one object a line, for programs."`
}

func (listCommand) Help() string {
	return `A webhook is pending as long as it is sent again and again, for three days, and then dead. What it says is
not shown, nor more of its address than the host.

    payments webhooks list --dead --since 24h
    payments webhooks list --json | jq -r .history_id`
}

func (c listCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	s, err := p.openStore(p.ctx, cfg, store.Keys{})
	if err != nil {
		return err
	}
	defer s.Close()
	states := []webhook.State{webhook.Dead}
	if !c.Dead {
		states = append(states, webhook.Pending)
	}
	since, until := c.bounds()
	listed := s.UnfinishedWebhooks(p.ctx, since, until, states...)
	if c.JSON {
		return writeWebhooksJSON(p, listed)
	}
	return writeWebhooks(p, listed)
}

func writeWebhooksJSON(p *program, listed iter.Seq2[store.Unfinished, error]) error {
	enc := json.NewEncoder(p.stdout)
	for w, err := range listed {
		if err != nil {
			return err
		}
		if err := enc.Encode(w); err != nil {
			return err
		}
	}
	return nil
}

func writeWebhooks(p *program, listed iter.Seq2[store.Unfinished, error]) error {
	t := columns(p.stdout)
	fmt.Fprintln(t, "WEBHOOK\tHISTORY\tSTATE\tMADE\tATTEMPTS\tLAST ATTEMPT\tANSWER\tSERVICE")
	for w, err := range listed {
		if err != nil {
			return err
		}
		last, answer := "-", "-"
		if w.LastAttempt != nil {
			last, answer = second(*w.LastAttempt), "none"
		}
		if w.LastStatus != nil {
			answer = strconv.Itoa(int(*w.LastStatus))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", w.ID, w.History, w.State, second(w.Made), w.Attempts, last, answer, w.Service)
	}
	return t.Flush()
}

func second(at time.Time) string { return at.UTC().Format(time.RFC3339) }
