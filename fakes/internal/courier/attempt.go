package courier

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"
)

// enqueue puts a parcel into its payment's lane. A lane has a goroutine while
// something is in it, and none at rest.
func (c *Courier) enqueue(p *parcel) {
	if c.busy >= maxQueued {
		p.state = Lost
		return
	}
	p.state = Queued
	c.busy++
	payment := p.message.Payment
	queue, open := c.lanes[payment]
	c.lanes[payment] = append(queue, p)
	if !open {
		c.running.Add(1)
		go c.drain(payment)
	}
}

func (c *Courier) drain(payment string) {
	defer c.running.Done()
	for p := c.next(payment); p != nil; p = c.next(payment) {
		c.finish(p)
	}
}

// next takes the first parcel of a lane, or closes the lane and returns nil.
func (c *Courier) next(payment string) *parcel {
	c.mu.Lock()
	defer c.mu.Unlock()
	queue := c.lanes[payment]
	if len(queue) == 0 {
		delete(c.lanes, payment)
		return nil
	}
	c.lanes[payment] = queue[1:]
	return queue[0]
}

// finish makes an attempt and takes its parcel off the count of busy ones.
func (c *Courier) finish(p *parcel) {
	c.attempt(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done(1)
}

func (c *Courier) done(n int) {
	c.busy -= n
	if c.busy == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// wait sets the parcel's next attempt on the fake's clock.
func (c *Courier) wait(p *parcel, d time.Duration) {
	p.state = Waiting
	p.timer = c.options.Clock.AfterFunc(d, func() { c.due(p) })
}

// due makes the attempt within the call, so that a clock which is moved by days
// climbs the whole ladder before it arrives.
func (c *Courier) due(p *parcel) {
	c.mu.Lock()
	if c.closed || p.timer == nil {
		c.mu.Unlock()
		return
	}
	p.timer = nil
	attempts := 1
	if len(p.attempts) == 0 { // it is late
		attempts = p.copies()
	}
	c.busy += attempts
	c.running.Add(1)
	c.mu.Unlock()
	defer c.running.Done()
	for range attempts {
		c.finish(p)
	}
}

func (c *Courier) attempt(p *parcel) {
	c.slots <- struct{}{}
	defer func() { <-c.slots }()
	c.mu.Lock()
	number := len(p.attempts) + 1
	c.mu.Unlock()
	at := c.options.Clock.Now()
	status, err := c.post(p, number)
	c.record(p, Attempt{At: at, Status: status, Error: text(err)})
	c.changes.Publish()
}

func (c *Courier) record(p *parcel, a Attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.attempts = append(p.attempts, a)
	p.stopTimer()
	climbed := len(p.attempts)
	_, kept := c.log.Get(p.id)           // a forgotten parcel must not live on in a timer
	wanting := c.options.Retry(a.Status) // the real Toss does not take a 201 for an answer
	switch {
	case wanting && kept && !c.closed && climbed <= len(c.ladder):
		c.wait(p, c.ladder[climbed-1])
	case a.Status/100 == 2 && !wanting:
		p.state = Delivered
	default:
		p.state = Failed
	}
}

// post makes one attempt. The status is 0 when no answer came.
func (c *Courier) post(p *parcel, number int) (int, error) {
	if p.message.URL == "" {
		return http.StatusCreated, nil
	}
	request, err := http.NewRequestWithContext(c.ctx, http.MethodPost, p.message.URL, bytes.NewReader(p.message.Body))
	if err != nil {
		return 0, fmt.Errorf("address a webhook: %w", err)
	}
	maps.Copy(request.Header, p.message.Header)
	if c.options.Stamp != nil {
		c.options.Stamp(request.Header, p.id, number)
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswerBytes)) // so that the connection can be used again
	return answer.StatusCode, err
}

func newClient() *http.Client {
	return &http.Client{
		Timeout:   attemptTimeout,
		Transport: &http.Transport{MaxIdleConnsPerHost: maxConcurrent},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a webhook goes to its receiver or nowhere
		},
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
