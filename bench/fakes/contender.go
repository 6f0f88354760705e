package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os/exec"

	"github.com/samchon/payments-server/bench/httpload"
	"github.com/samchon/payments-server/fakes/iamport"
	"github.com/samchon/payments-server/fakes/toss"
)

// contender is a kind of server, and what a shop does with it.
type contender struct {
	name    string
	command func(ctx context.Context) (*exec.Cmd, error)
	login   func(address string) (header string, err error)
	story   func(c *httpload.Client, order int64) error // a payment, from its beginning to its refund
}

// contenders begins with the one that the others are compared with.
func contenders(s settings) []contender {
	all := []contender{
		{"bare net/http handler", inRole(bareRole), noKey, iamportStory},
		{"fake Iamport", inRole(iamportRole), iamportToken, iamportStory},
		{"fake Toss Payments", inRole(tossRole), tossKey, tossStory},
	}
	if s.stripeMock != "" {
		all = append(all, contender{"stripe-mock (keeps no state)", stripeMock(s.stripeMock), stripeKey, stripeStory})
	}
	return all
}

func inRole(role string) func(context.Context) (*exec.Cmd, error) {
	return func(ctx context.Context) (*exec.Cmd, error) { return again(ctx, role) }
}

// stripeMock insists on a port for HTTPS as well.
func stripeMock(program string) func(context.Context) (*exec.Cmd, error) {
	return func(ctx context.Context) (*exec.Cmd, error) {
		return exec.CommandContext(ctx, program, "-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0"), nil
	}
}

func noKey(string) (string, error) { return jsonBody, nil }

func tossKey(string) (string, error) {
	return basic(toss.DefaultSecretKey) + jsonBody, nil
}

func stripeKey(string) (string, error) {
	return basic("sk_test_123") + "Content-Type: application/x-www-form-urlencoded\r\n", nil
}

func basic(key string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")) + "\r\n"
}

const jsonBody = "Content-Type: application/json\r\n"

func iamportToken(address string) (string, error) {
	c, err := httpload.Dial(address, jsonBody)
	if err != nil {
		return "", err
	}
	defer c.Close()
	keys := fmt.Sprintf(`{"imp_key":%q,"imp_secret":%q}`, iamport.DefaultKey, iamport.DefaultSecret)
	answer, err := c.Post("/users/getToken", keys)
	if err != nil {
		return "", err
	}
	return jsonBody + "Authorization: " + httpload.Member(answer, "access_token") + "\r\n", nil
}

// iamportCard is an order paid by card; %d is its number.
const iamportCard = `{"merchant_uid":"order-%d","amount":1000,"name":"책","card_number":"1111-2222-3333-4444",` +
	`"expiry":"2030-12","birth":"880311"}`

func iamportStory(c *httpload.Client, order int64) error {
	paid, err := c.Post("/subscribe/payments/onetime", fmt.Sprintf(iamportCard, order))
	if err != nil {
		return err
	}
	uid := httpload.Member(paid, "imp_uid")
	if _, err := c.Get("/payments/" + uid); err != nil {
		return err
	}
	_, err = c.Post("/payments/cancel", `{"imp_uid":"`+uid+`","amount":400,"checksum":1000,"reason":"변심"}`)
	return err
}

// tossCard is an order whose card is authenticated and not yet charged; %d
// is its number.
const tossCard = `{"method":"card","orderId":"order-%d","amount":1000,"cardNumber":"4330123412341234",` +
	`"cardExpirationYear":"28","cardExpirationMonth":"03","__approved":false}`

func tossStory(c *httpload.Client, order int64) error {
	waits, err := c.Post("/v1/payments/key-in", fmt.Sprintf(tossCard, order))
	if err != nil {
		return err
	}
	key := httpload.Member(waits, "paymentKey")
	path := "/v1/payments/" + key
	if _, err := c.Post(path, fmt.Sprintf(`{"orderId":"order-%d","amount":1000}`, order)); err != nil {
		return err
	}
	_, err = c.Post(path+"/cancel", `{"paymentKey":"`+key+`","cancelReason":"변심","cancelAmount":400}`)
	return err
}

func stripeStory(c *httpload.Client, _ int64) error {
	charged, err := c.Post("/v1/charges", "amount=1000&currency=krw&source=tok_visa")
	if err != nil {
		return err
	}
	id := httpload.Member(charged, "id")
	if _, err := c.Get("/v1/charges/" + id); err != nil {
		return err
	}
	_, err = c.Post("/v1/refunds", "charge="+id+"&amount=400")
	return err
}
