package main

import "github.com/samchon/payments-server/internal/config"

type keygenCommand struct {
	Directory string `help:"Write a file each into this folder of credentials instead." placeholder:"DIR" type:"existingdir"`
}

func (keygenCommand) Help() string {
	return `Prints all the secrets a deployment in dev or real mode needs, besides its database and its
payment gateways' credentials, as lines of an environment file. They are printed once and kept nowhere.

    (umask 077; payments keygen > /etc/payments/env)
    payments keygen --directory /etc/payments/credentials`
}

func (c keygenCommand) Run(p *program) error {
	if c.Directory != "" {
		return config.KeygenFiles(c.Directory)
	}
	return config.Keygen(p.stdout)
}

type configCommand struct {
	Check checkCommand `cmd:"" help:"Check file and environment, and print the effective configuration."`
}

type checkCommand struct{}

func (checkCommand) Help() string {
	return `Names every wrong field of the file and the environment. When all is well it prints the result,
with a placeholder for every secret, so that it is safe to paste.

    payments config check
    MODE=real payments config check --config payments.yaml`
}

func (checkCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if err := cfg.CheckFiles(); err != nil {
		return err
	}
	return cfg.Print(p.stdout)
}
