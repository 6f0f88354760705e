package control_test

import (
	"bufio"
	"context"
	"net/http"
	"testing"
	"time"
)

func TestWebhooks_AreSentAgain(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.openVBank()
	settle := func() {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := f.WaitWebhooks(ctx); err != nil {
			t.Fatal(err)
		}
	}
	settle()
	f.call("POST", "webhooks/1/resend", "", 204, nil)
	settle()
	f.call("POST", "payments/"+p.ImpUID+"/resend", "", 204, nil)
	settle()
	var log []struct {
		Event    string
		Attempts []struct{}
	}
	f.call("GET", "webhooks", "", 200, &log)
	if len(log) != 1 || log[0].Event != "ready" || len(log[0].Attempts) != 3 {
		t.Errorf("webhooks = %+v, want one with three attempts", log)
	}
	f.call("POST", "webhooks/2/resend", "", 404, nil)
	f.call("POST", "webhooks/x/resend", "", 404, nil)
	f.call("POST", "payments/unknown/resend", "", 404, nil)
}

func TestWebhookURL_IsSet(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.call("PUT", "webhooks/url", `{"url":"http://127.0.0.1:1/hook"}`, 200, nil)
	f.call("PUT", "webhooks/url", `{"url":"mailto:shop"}`, 400, nil)
	var got struct{ URL string }
	f.call("GET", "webhooks/url", "", 200, &got)
	if got.URL != "http://127.0.0.1:1/hook" {
		t.Errorf("url = %q", got.URL)
	}
}

func TestEvents_TellOfEachChange(t *testing.T) {
	t.Parallel()
	f := start(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL()+"/__fake/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	events := bufio.NewScanner(response.Body)
	next := func() {
		for events.Scan() {
			if events.Text() == "data: look" {
				return
			}
		}
		t.Fatalf("the events ended: %v", events.Err())
	}
	next() // at once, so that a watcher need not ask first
	f.openVBank()
	next()
}
