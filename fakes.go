package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/samchon/payments-server/fakes"
	"github.com/samchon/payments-server/internal/config"
)

type fakesCommand struct {
	Real bool `help:"Imitate the real gateways where they differ from the fakes that the published clients were written against."`
}

func (fakesCommand) Help() string {
	return `Serves the fake Iamport and the fake Toss Payments on FAKE_IAMPORT_PORT and FAKE_TOSS_PORT, and sends
their webhooks to the API on API_PORT. In local mode "payments start" runs them too. What else can be set, each
shows at /__fake/options, where it may be changed while it runs; fakes/README.md lists what a test can ask for.

    payments fakes
    FAKE_TOSS_PORT=8081 payments fakes --real
    curl -X PUT http://127.0.0.1:30771/__fake/options -d '{"style":"real","deposit_callback":true}'`
}

func (c fakesCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	iamport, toss := loopback(cfg.Fakes.IamportPort), loopback(cfg.Fakes.TossPort)
	if err := errors.Join(checkFree(iamport, "FAKE_IAMPORT_PORT"), checkFree(toss, "FAKE_TOSS_PORT")); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	webhooks := "http://" + localAPI(cfg) + "/payments/webhooks/"
	return fakes.Run(ctx, fakes.Options{
		IamportAddress: iamport,
		TossAddress:    toss,
		IamportWebhook: webhooks + "iamport",
		TossWebhook:    webhooks + "toss",
		Real:           c.Real,
		Logger:         p.newLog(cfg),
	})
}

// localAPI is the address of the API for processes of this machine.
func localAPI(cfg *config.Config) string {
	return net.JoinHostPort(cmp.Or(cfg.API.Host, "127.0.0.1"), strconv.Itoa(cfg.API.Port))
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
