package iamport

import (
	"errors"
	"slices"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
)

// Settings are the options that can be changed while the fake runs. They count
// for what happens from then on.
type Settings struct {
	Style          Style           `json:"style"`
	WebhookRetries clock.Durations `json:"webhook_retries"`
	WebhookForm    bool            `json:"webhook_form"`
	Sandbox        bool            `json:"sandbox"`
}

// Settings returns those in force.
func (s *Server) Settings() Settings { return *s.settings.Load() }

// Configure puts settings in force. It refuses waits below zero.
func (s *Server) Configure(settings Settings) error {
	if slices.ContainsFunc(settings.WebhookRetries, func(wait time.Duration) bool { return wait < 0 }) {
		return errors.New("webhook_retries: a wait must not be negative")
	}
	s.settings.Store(&settings)
	s.webhooks.SetLadder(settings.WebhookRetries)
	return nil
}

func (o Options) settings() *Settings {
	return &Settings{Style: o.Style, WebhookRetries: o.WebhookRetries, WebhookForm: o.WebhookForm, Sandbox: o.Sandbox}
}

// real reports whether the real gateway is imitated, and not the reference.
func (s *Server) real() bool { return s.settings.Load().Style == Real }
