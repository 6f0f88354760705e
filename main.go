// Command payments is the payment server in all its roles, one subcommand each:
// `payments start` runs it, `payments status`, `reload` and `stop` operate it.
// What a role does is in its own package; the files here turn arguments, signals
// and errors into processes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/samchon/payments-server/internal/config"
)

// commands is the command line. Its tags are the help texts.
type commands struct {
	Config string `help:"Configuration file; without it, payments.yaml in the home is read if it is there." placeholder:"FILE" type:"path"`

	Start   startCommand   `cmd:"" group:"run" help:"Start the server."`
	Stop    stopCommand    `cmd:"" group:"run" help:"Stop the server, and return when nothing runs any more."`
	Status  statusCommand  `cmd:"" group:"run" help:"Show the generations of workers and the last handovers."`
	Reload  reloadCommand  `cmd:"" group:"run" help:"Replace the workers without losing a request."`
	Upgrade upgradeCommand `cmd:"" group:"run" help:"Replace the supervisor itself without losing a request."`
	Monitor monitorCommand `cmd:"" group:"run" help:"Show what the workers use and are, once or live."`

	Updater  updaterCommand  `cmd:"" group:"update" help:"Run the updater's master, or a slave of it."`
	Update   updateCommand   `cmd:"" group:"update" help:"Bring a commit to every machine, without losing a request."`
	Reset    resetCommand    `cmd:"" group:"prepare" help:"Empty the database of local or dev mode, and start anew with samples."`
	Rollouts rolloutsCommand `cmd:"" group:"update" help:"Show what was updated, by whom, and how it ended."`
	Freeze   freezeCommand   `cmd:"" group:"update" help:"Hold all updates back."`
	Unfreeze unfreezeCommand `cmd:"" group:"update" help:"Let updates go on."`

	Webhooks webhooksCommand `cmd:"" group:"run" help:"Look at the webhooks that services have not taken, and send them again."`

	Fakes   fakesCommand   `cmd:"" group:"run" help:"Run the fakes of both payment gateways alone."`
	Schema  schemaCommand  `cmd:"" group:"prepare" help:"Bring the database to this build's schema."`
	Keygen  keygenCommand  `cmd:"" group:"prepare" help:"Print a complete set of fresh keys."`
	Keys    keysCommand    `cmd:"" group:"prepare" help:"Rotate the keys of the records."`
	Cfg     configCommand  `cmd:"" name:"config" group:"prepare" help:"Look at the configuration."`
	Version versionCommand `cmd:"" group:"prepare" help:"Print what this binary was built from."`

	Worker workerCommand `cmd:"" hidden:"" help:"Serve the API. Only a supervisor starts this."`
}

// program is what a command works with.
type program struct {
	ctx            context.Context
	getenv         func(string) string
	stdout, stderr io.Writer
	configFile     string
}

// config is read when a command needs it: help and keys must not fail for want of
// one.
func (p *program) config() (*config.Config, error) {
	return config.Load(config.Sources{File: p.configFile, Getenv: p.getenv})
}

// Exit statuses: a usage error is told from a failure, as shells do.
const (
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	err := run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "payments:", err)
	if usage := new(kong.ParseError); errors.As(err, &usage) {
		os.Exit(exitUsage)
	}
	os.Exit(exitFailure)
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	var line commands
	helped := false
	parser, err := kong.New(&line,
		kong.Name("payments"),
		kong.Description(description),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }), // kong exits for --help only
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 90}),
		kong.ExplicitGroups(groups),
	)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return err
	}
	return command.Run(&program{ctx: ctx, getenv: getenv, stdout: stdout, stderr: stderr, configFile: line.Config})
}

const description = `A payment server in front of Iamport and Toss Payments, updated without losing a request.

Try it: "payments start" needs nothing prepared. It runs the server in local mode,
against fakes of both payment gateways and a private PostgreSQL.`

var groups = []kong.Group{
	{Key: "run", Title: "Run and operate:"},
	{Key: "update", Title: "Update:"},
	{Key: "prepare", Title: "Prepare and look:"},
}
