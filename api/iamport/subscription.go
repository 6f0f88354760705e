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

	CustomerUID      string  `json:"customer_uid" doc:"The billing key: the service's own key of the card."`
	PGProvider       string  `json:"pg_provider" doc:"Payment company behind Iamport that keeps the card."`
	PGID             string  `json:"pg_id" doc:"The merchant's account at that company."`
	CardType         string  `json:"card_type" doc:"Kind of card: 0 credit, 1 debit; a text at the fake."`
	CardCode         string  `json:"card_code" doc:"Code of the card company."`
	CardName         string  `json:"card_name" doc:"Name of the card company or the card."`
	CardNumber       string  `json:"card_number" doc:"Number of the card, masked by the real Iamport."`
	CustomerName     *string `json:"customer_name" doc:"Name of the customer."`
	CustomerTel      *string `json:"customer_tel" doc:"Telephone number of the customer."`
	CustomerEmail    *string `json:"customer_email" doc:"E-mail address of the customer."`
	CustomerAddr     *string `json:"customer_addr" doc:"Address of the customer."`
	CustomerPostcode *string `json:"customer_postcode" doc:"Postal code of the customer."`
	Inserted         Time    `json:"inserted" doc:"When the card was registered first, in Unix seconds."`
	Updated          Time    `json:"updated" doc:"When it was registered last, in Unix seconds."`
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
