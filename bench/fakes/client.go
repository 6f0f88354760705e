package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
)

// client is one keep-alive connection. It writes HTTP by hand: net/http's own
// client costs more than the fakes do, and would measure itself.
type client struct {
	conn   net.Conn
	reader *bufio.Reader
	header string // of each request
	calls  int
}

func dial(address, header string) (*client, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, reader: bufio.NewReader(conn), header: "Host: " + address + "\r\n" + header}, nil
}

func (c *client) post(path, body string) ([]byte, error) { return c.do(http.MethodPost, path, body) }
func (c *client) get(path string) ([]byte, error)        { return c.do(http.MethodGet, path, "") }

// do returns the body of a success; anything else is an error.
func (c *client) do(method, path, body string) ([]byte, error) {
	c.calls++
	if _, err := fmt.Fprintf(c.conn, "%s %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s", method, path, c.header, len(body), body); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %s %s", method, path, response.Status, answer)
	}
	return answer, nil
}

// member finds a string in an answer, without the cost of decoding all of it.
func member(answer []byte, name string) string {
	_, rest, _ := bytes.Cut(answer, []byte(`"`+name+`":`))
	rest = bytes.TrimLeft(rest, ` "`)
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(value)
}
