// Package volatile keeps the newest values of a fake and forgets the old ones,
// by count and by age, so that memory stays flat for ever. It does not lock:
// its owner's mutex guards it.
package volatile

import (
	"iter"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Limits of a Store. A zero Age means that age does not matter.
type Limits struct {
	Count int
	Age   time.Duration
}

// Store is a map that remembers in which order its keys were put. Reading a key
// does not make it younger; putting it again does.
type Store[K comparable, V any] struct {
	lru *simplelru.LRU[K, dated[V]]
	age time.Duration
	now func() time.Time
}

type dated[V any] struct {
	value V
	at    time.Time
}

// New returns an empty store. It panics when limits.Count is not positive,
// which is a mistake in the program.
func New[K comparable, V any](limits Limits, now func() time.Time) *Store[K, V] {
	return NewWithEvict[K, V](limits, now, nil)
}

// NewWithEvict is New with a function that is told of each value that leaves
// the store: pushed out, deleted, or put anew under its key.
func NewWithEvict[K comparable, V any](limits Limits, now func() time.Time, evicted func(K, V)) *Store[K, V] {
	forward := func(k K, d dated[V]) {
		if evicted != nil {
			evicted(k, d.value)
		}
	}
	lru, err := simplelru.NewLRU(limits.Count, forward)
	if err != nil {
		panic("volatile: " + err.Error())
	}
	return &Store[K, V]{lru: lru, age: limits.Age, now: now}
}

// Put stores the value, after dropping what is too old, and then the oldest
// when the store is full.
func (s *Store[K, V]) Put(key K, value V) {
	now := s.now()
	s.dropOlderThan(now)
	s.lru.Remove(key) // so that the evict function hears of the value it replaces
	s.lru.Add(key, dated[V]{value, now})
}

func (s *Store[K, V]) dropOlderThan(now time.Time) {
	if s.age == 0 {
		return
	}
	for {
		_, oldest, ok := s.lru.GetOldest()
		if !ok || now.Sub(oldest.at) < s.age {
			return
		}
		s.lru.RemoveOldest()
	}
}

// Get returns the value under key.
func (s *Store[K, V]) Get(key K) (V, bool) {
	d, ok := s.lru.Peek(key)
	return d.value, ok
}

// Delete removes the key and reports whether it was there.
func (s *Store[K, V]) Delete(key K) bool { return s.lru.Remove(key) }

// Len returns how many values there are.
func (s *Store[K, V]) Len() int { return s.lru.Len() }

// Clear removes everything.
func (s *Store[K, V]) Clear() { s.lru.Purge() }

// All walks through the store, oldest first.
func (s *Store[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, key := range s.lru.Keys() {
			if d, ok := s.lru.Peek(key); ok && !yield(key, d.value) {
				return
			}
		}
	}
}
