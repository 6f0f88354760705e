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
	"net/http/httputil"
	"slices"
	"strconv"
	"time"
)

// Client is one keep-alive connection.
type Client struct {
	Calls int // made so far

	conn    net.Conn
	reader  *bufio.Reader
	header  string // of each request
	request []byte // the last one; its memory is used again
	answer  []byte // likewise
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

// Do returns the body of a success, until the next call; anything else is an error.
func (c *Client) Do(method, path string, body []byte) ([]byte, error) {
	c.Calls++
	c.request = append(append(append(append(c.request[:0], method...), ' '), path...), " HTTP/1.1\r\n"...)
	c.request = append(append(c.request, c.header...), "Content-Length: "...)
	c.request = append(strconv.AppendInt(c.request, int64(len(body)), 10), "\r\n\r\n"...)
	c.request = append(c.request, body...)
	if _, err := c.conn.Write(c.request); err != nil {
		return nil, err
	}
	status, answer, err := c.response()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if status >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %d %s", method, path, status, answer)
	}
	return answer, nil
}

// response reads an answer: what net/http's servers send, no more.
func (c *Client) response() (status int, body []byte, err error) {
	line, err := c.line()
	if err != nil {
		return 0, nil, err
	}
	if len(line) < len("HTTP/1.1 200") {
		return 0, nil, fmt.Errorf("no HTTP: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length := chunked
	for {
		if line, err = c.line(); err != nil {
			return 0, nil, err
		}
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, nil, err
			}
		}
	}
	err = c.read(length)
	return status, c.answer, err
}

const chunked = -1

// read reads a body of so many bytes, or in chunks.
func (c *Client) read(length int) (err error) {
	if length != chunked {
		c.answer = slices.Grow(c.answer[:0], length)[:length]
		_, err = io.ReadFull(c.reader, c.answer)
		return err
	}
	body := bytes.NewBuffer(c.answer[:0])
	if _, err = body.ReadFrom(httputil.NewChunkedReader(c.reader)); err != nil {
		return err
	}
	c.answer = body.Bytes()
	_, err = c.line() // behind the last chunk, where trailers would be
	return err
}

// line reads a line of a header.
func (c *Client) line() ([]byte, error) {
	line, err := c.reader.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
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
