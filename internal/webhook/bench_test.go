package webhook

import (
	"bytes"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/webhooksig"
)

const benchmarkURL = "/hook"

// BenchmarkDelivery is the whole way of a webhook, from its committed row to the
// recorded answer, beside BenchmarkPost, which is nothing but signed requests.
func BenchmarkDelivery(b *testing.B) {
	h := newHouse(b)
	s := newService(b, nil)
	body := bytes.Repeat([]byte("x"), 4<<10)
	h.exec(`INSERT INTO webhooks (id, payment, revision, url, body)
		SELECT gen_random_uuid(), gen_random_uuid(), 1, $1, $2 FROM generate_series(1, $3::int)`, s.URL+benchmarkURL, body, b.N)
	b.ResetTimer()
	stop := h.open(nil)
	await(b, "all to be delivered", func() bool { return len(s.received()) >= b.N })
	b.StopTimer()
	stop()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

func BenchmarkPost(b *testing.B) {
	s := newService(b, nil)
	secrets, err := webhooksig.NewSecrets(secret)
	if err != nil {
		b.Fatal(err)
	}
	sender := newSender(secrets, loopback)
	to, _ := url.Parse(s.URL + benchmarkURL)
	body := bytes.Repeat([]byte("x"), 4<<10)
	var all sync.WaitGroup
	turns := make(chan struct{}, b.N)
	for range b.N {
		turns <- struct{}{}
	}
	close(turns)
	b.ResetTimer()
	for range 50 {
		all.Go(func() {
			for range turns {
				if r := sender.post(b.Context(), uuid.New(), to, body); r.Status != http.StatusOK {
					b.Error(r.err)
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	sender.client.CloseIdleConnections()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}
