package toss

import "log/slog"

// What follows keeps fmt and log/slog from writing secrets, whoever prints the
// values that hold them, and with whatever verb.

// String hides the secret key.
func (o Options) String() string { return "toss at " + o.BaseURL }

// GoString hides the secret key.
func (o Options) GoString() string { return o.String() }

// LogValue hides the secret key.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

// String hides the secret key.
func (c *Client) String() string { return "toss at " + c.base.Host }

// GoString hides the secret key.
func (c *Client) GoString() string { return c.String() }

// LogValue hides the secret key.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String hides the card.
func (p CardPayment) String() string { return "card payment of order " + p.OrderID }

// GoString hides the card.
func (p CardPayment) GoString() string { return p.String() }

// LogValue hides the card.
func (p CardPayment) LogValue() slog.Value { return slog.StringValue(p.String()) }

// String hides the card.
func (BillingCard) String() string { return "a card to be registered" }

// GoString hides the card.
func (b BillingCard) GoString() string { return b.String() }

// LogValue hides the card.
func (b BillingCard) LogValue() slog.Value { return slog.StringValue(b.String()) }

// String hides the key and whose it is.
func (Billing) String() string { return "a registered card" }

// GoString hides the key and whose it is.
func (b Billing) GoString() string { return b.String() }

// LogValue hides the key and whose it is.
func (b Billing) LogValue() slog.Value { return slog.StringValue(b.String()) }

// String hides the keys.
func (c Charge) String() string { return "charge of order " + c.OrderID }

// GoString hides the keys.
func (c Charge) GoString() string { return c.String() }

// LogValue hides the keys.
func (c Charge) LogValue() slog.Value { return slog.StringValue(c.String()) }
