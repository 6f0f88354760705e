package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/samchon/payments-server/internal/config"
)

// firstPayment is a script in the repository.
const firstPayment = "scripts/first-payment.sh"

// announce tells a person where everything is. In dev and real mode the log does.
func (l *local) announce() {
	if !l.active() || l.home.upgrade {
		return
	}
	cfg := l.home.cfg
	fmt.Fprintln(l.stdout, "\npayments-server runs in local mode. Ctrl-C stops everything.")
	l.announceAddresses()
	l.announceKeys()
	if _, err := os.Stat(firstPayment); err == nil {
		fmt.Fprintf(l.stdout, "\nMake a first payment, in another terminal:\n\n  %ssh %s\n\n", differingPorts(cfg), firstPayment)
	}
}

// sayGoodbye is the last line in a terminal, unless another supervisor goes on.
func (l *local) sayGoodbye() error {
	if !l.active() || l.home.succeeded() {
		return nil
	}
	return l.nothingRuns()
}

func (l *local) announceAddresses() {
	cfg := l.home.cfg
	t := columns(l.stdout)
	fmt.Fprintf(t, "\n  API\thttp://%s\n", localAPI(cfg))
	fmt.Fprintf(t, "  how it is doing\thttp://%s\n", cfg.Admin.Addr())
	fmt.Fprintf(t, "  fake Iamport\thttp://%s\n", l.fakeIamport())
	fmt.Fprintf(t, "  fake Toss Payments\thttp://%s\n", l.fakeToss())
	if l.ownsData() {
		fmt.Fprintf(t, "  PostgreSQL\tpsql '%s'\n", l.databaseURL)
	}
	fmt.Fprintf(t, "  data and logs\t%s\n", cfg.Home)
	_ = t.Flush() // to a terminal that has gone, nothing can be said
}

// announceKeys shows the keys of local mode, which are published, but none that
// somebody set.
func (l *local) announceKeys() {
	ours, published := l.home.cfg, config.NewLocal()
	t := columns(l.stdout)
	defer t.Flush()
	row := func(name string, ours, published config.Secret) {
		text := "as you set it"
		if ours == published {
			text = string(ours)
		}
		fmt.Fprintf(t, "  %s\t%s\n", name, text)
	}
	fmt.Fprintln(t)
	row("API encryption key", ours.API.EncryptionKey, published.API.EncryptionKey)
	row("API encryption IV", ours.API.EncryptionIV, published.API.EncryptionIV)
	iamport, publishedIamport := ours.Vendors.Iamport.Stores[config.DefaultStore], published.Vendors.Iamport.Stores[config.DefaultStore]
	row("Iamport key", iamport.Key, publishedIamport.Key)
	row("Iamport secret", iamport.Secret, publishedIamport.Secret)
	row("Toss secret key", ours.Vendors.Toss.Stores[config.DefaultStore].SecretKey, published.Vendors.Toss.Stores[config.DefaultStore].SecretKey)
}

// differingPorts are the variables that the script needs to find this server.
func differingPorts(cfg *config.Config) string {
	usual, text := config.NewLocal(), ""
	if cfg.API.Port != usual.API.Port {
		text += fmt.Sprintf("API_PORT=%d ", cfg.API.Port)
	}
	if cfg.Fakes.IamportPort != usual.Fakes.IamportPort {
		text += fmt.Sprintf("FAKE_IAMPORT_PORT=%d ", cfg.Fakes.IamportPort)
	}
	return text
}

func columns(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 8, 3, ' ', 0) }
