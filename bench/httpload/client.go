// Package httpload loads an HTTP server from connections that stay open, closed
// loop or open loop, and says what the load itself cost. It writes HTTP by hand:
// net/http's own client costs more than most of what is measured here, and would
// measure itself. It is for loopback and for small answers.
package httpload

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Client is one keep-alive connection.
type Client struct {
	Calls int // made so far

	conn    net.Conn
	reader  *bufio.Reader
	header  string // of each request
	request []byte // the last one; its memory is used again
}

// Dial connects. The header, lines that end in CRLF, goes with each request.
func Dial(address, header string) (*Client, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, reader: bufio.NewReader(conn), header: "Host: " + address + "\r\n" + header}, nil
}

// Close closes the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Post sends a POST request; see Do.
func (c *Client) Post(path, body string) ([]byte, error) {
	return c.Do(http.MethodPost, path, []byte(body))
}

// Get sends a GET request; see Do.
func (c *Client) Get(path string) ([]byte, error) { return c.Do(http.MethodGet, path, nil) }

// Do returns the body of a success; anything else is an error.
func (c *Client) Do(method, path string, body []byte) ([]byte, error) {
	c.Calls++
	c.request = fmt.Appendf(c.request[:0], "%s %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n", method, path, c.header, len(body))
	c.request = append(c.request, body...)
	if _, err := c.conn.Write(c.request); err != nil {
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
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %s %s", method, path, response.Status, answer)
	}
	return answer, nil
}

// Member finds a string in a JSON answer, without the cost of decoding all of it.
func Member(answer []byte, name string) string {
	_, rest, _ := bytes.Cut(answer, []byte(`"`+name+`":`))
	rest = bytes.TrimLeft(rest, ` "`)
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(value)
}

// patience is what a server gets for its last answer.
const patience = 30 * time.Second

// until bounds everything on the connection.
func (c *Client) until(end time.Time) error { return c.conn.SetDeadline(end.Add(patience)) }
