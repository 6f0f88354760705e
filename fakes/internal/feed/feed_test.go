package feed_test

import (
	"testing"

	"github.com/samchon/payments-server/fakes/internal/feed"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	var f feed.Feed
	f.Publish() // nobody watches
	first, second := f.Changed(), f.Changed()
	select {
	case <-first:
		t.Fatal("woken by a change that came before")
	default:
	}
	f.Publish()
	<-first
	<-second
	select {
	case <-f.Changed():
		t.Error("woken twice by one change")
	default:
	}
}
