package fakes_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/samchon/payments-server/fakes"
	"github.com/samchon/payments-server/fakes/iamport"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const anyPort = "127.0.0.1:0"

func TestListen_AnswersUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	f, err := fakes.Listen(fakes.Options{IamportAddress: anyPort, TossAddress: anyPort})
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{f.Iamport.URL(), f.Toss.URL()} {
		response, err := http.Get(url + "/__fake/clock")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s answered %d", url, response.StatusCode)
		}
	}
	http.DefaultClient.CloseIdleConnections()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Wait(ctx); err != nil {
		t.Errorf("Wait: %v", err)
	}
	if _, err := http.Get(f.Toss.URL()); err == nil {
		t.Error("a fake still answers after Wait")
	}
}

func TestRun_FailsOnATakenPort(t *testing.T) {
	t.Parallel()
	first := iamport.New(iamport.Options{})
	if err := first.Listen(""); err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	taken := first.URL()[len("http://"):]
	err := fakes.Run(t.Context(), fakes.Options{IamportAddress: anyPort, TossAddress: taken})
	if err == nil {
		t.Fatal("Run returned no error for a port that is taken")
	}
}
