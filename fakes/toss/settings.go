package toss

import (
	"time"

	"github.com/samchon/payments-server/fakes/clock"
)

// Settings are the options that can be changed while the fake runs. They count
// for what happens from then on.
type Settings struct {
	Style           Style           `json:"style"`
	WebhookRetries  clock.Durations `json:"webhook_retries"` // null: those of the style
	DepositCallback bool            `json:"deposit_callback"`
}

// Settings returns those in force.
func (s *Server) Settings() Settings { return *s.settings.Load() }

// Configure puts settings in force. It refuses waits below zero.
func (s *Server) Configure(settings Settings) error {
	if err := s.webhooks.SetLadder(settings.ladder()); err != nil {
		return err
	}
	s.settings.Store(&settings)
	return nil
}

func (o Options) settings() *Settings {
	return &Settings{Style: o.Style, WebhookRetries: o.WebhookRetries, DepositCallback: o.DepositCallback}
}

// ladder holds the waits before further attempts at a webhook.
func (s Settings) ladder() []time.Duration {
	if s.WebhookRetries == nil && s.Style == Real {
		return realLadder
	}
	return s.WebhookRetries
}

// real reports whether the real gateway is imitated, and not the reference.
func (s *Server) real() bool { return s.settings.Load().Style == Real }
