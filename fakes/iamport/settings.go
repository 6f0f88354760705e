package iamport

import "github.com/samchon/payments-server/fakes/clock"

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
	if err := s.webhooks.SetLadder(settings.WebhookRetries); err != nil {
		return err
	}
	s.settings.Store(&settings)
	return nil
}

func (o Options) settings() *Settings {
	return &Settings{Style: o.Style, WebhookRetries: o.WebhookRetries, WebhookForm: o.WebhookForm, Sandbox: o.Sandbox}
}

// real reports whether the real gateway is imitated, and not the reference.
func (s *Server) real() bool { return s.settings.Load().Style == Real }
