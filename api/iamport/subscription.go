package iamport

import (
	"bytes"
	"encoding/json"
)

// Subscription is a card registered for later payments, a billing key.
type Subscription struct {
	// Raw holds the gateway's own bytes when the Subscription was read from
	// JSON. It is not written.
	Raw json.RawMessage `json:"-"`

	CustomerUID      string  `json:"customer_uid"`
	PGProvider       string  `json:"pg_provider"`
	PGID             string  `json:"pg_id"`
	CardType         string  `json:"card_type"`
	CardCode         string  `json:"card_code"`
	CardName         string  `json:"card_name"`
	CardNumber       string  `json:"card_number"`
	CustomerName     *string `json:"customer_name"`
	CustomerTel      *string `json:"customer_tel"`
	CustomerEmail    *string `json:"customer_email"`
	CustomerAddr     *string `json:"customer_addr"`
	CustomerPostcode *string `json:"customer_postcode"`
	Inserted         Time    `json:"inserted"`
	Updated          Time    `json:"updated"`
}

// UnmarshalJSON keeps the bytes it reads in Raw. Like encoding/json, it leaves
// the value alone on null.
func (s *Subscription) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	type plain Subscription
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	*s = Subscription(p)
	s.Raw = bytes.Clone(data)
	return nil
}
