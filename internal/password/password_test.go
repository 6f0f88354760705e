package password

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// hash-wasm made these hashes. The Korean one is cheap, for where cost is not the subject.
const (
	ownersHash  = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$TRCYS+jm+WNCwrTQG55B/w/7ACzhUDPIcqTp+V+aPaY"
	koreanHash  = "$argon2id$v=19$m=1024,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$ZxBBTToWiH5Hq4mQnF2/4khgeHZfNfPZVD81wlHhNKs"
	ownersWord  = "some-password"
	koreanWord  = "비밀번호"
	anotherWord = "another-password"
)

var record = Record{ID: "0b9f8c1e-6c0e-4b7a-9d0e-1f2a3b4c5d6e", Hash: koreanHash}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHash(t *testing.T) {
	t.Parallel()
	v := New(Options{})
	for name, word := range map[string]string{
		"Plain":            ownersWord,
		"Empty":            "",
		"Korean":           koreanWord,
		"LongerThan72Byte": strings.Repeat("x", 100),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hash, err := v.Hash(t.Context(), word)
			if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
				t.Fatalf("Hash = %q, %v", hash, err)
			}
			mustVerify(t, v, Record{"own", hash}, word, nil)
			mustVerify(t, v, Record{"own", hash}, word+"y", ErrWrong)
		})
	}
	t.Run("IsSaltedAnew", func(t *testing.T) {
		t.Parallel()
		a, _ := v.Hash(t.Context(), ownersWord)
		b, _ := v.Hash(t.Context(), ownersWord)
		if a == b {
			t.Errorf("both are %s", a)
		}
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()
	v := New(Options{})
	for _, tc := range []struct {
		name, hash, word string
		want             error
	}{
		{"OtherMakersHash", ownersHash, ownersWord, nil},
		{"OtherMakersHashWrong", ownersHash, anotherWord, ErrWrong},
		{"OtherCost", koreanHash, koreanWord, nil},
		{"NoHash", "", "", errForm},
		{"AnotherScheme", "$argon2i$v=19$m=1024,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg", "", errForm},
		{"AnotherVersion", strings.Replace(koreanHash, "v=19", "v=16", 1), koreanWord, errForm},
		{"NoPasses", strings.Replace(koreanHash, "t=1", "t=0", 1), koreanWord, errForm},
		{"AGigabyte", strings.Replace(koreanHash, "m=1024", "m=1048576", 1), koreanWord, errForm},
		{"TailBehindTheCost", strings.Replace(koreanHash, "p=2", "p=2,x", 1), koreanWord, errForm},
		{"NoSalt", "$argon2id$v=19$m=1024,t=1,p=2$$MDEyMzQ1Njc4OWFiY2RlZg", "", errForm},
		{"NoKey", "$argon2id$v=19$m=1024,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$", "", errForm},
		{"CutBcrypt", "$2a$04$gJS02CVQ6vccLwllpepVKe", "", errForm},
		{"BcryptOfAnHour", "$2a$25$gJS02CVQ6vccLwllpepVKeGah5H00gBJGcv4uSvh/lG6vwqhJG1Jm", ownersWord, errForm},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			mustVerify(t, v, Record{tc.name, tc.hash}, tc.word, tc.want)
		})
	}
}

// testdata/bcryptjs.json was made by bcryptjs 3.0.3, the original's library.
func TestVerify_Bcrypt(t *testing.T) {
	t.Parallel()
	var vectors []struct{ Name, Password, Hash string }
	file, err := os.ReadFile("testdata/bcryptjs.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, vector := range vectors {
		t.Run(vector.Name, func(t *testing.T) {
			t.Parallel()
			v, row := New(Options{}), Record{vector.Name, vector.Hash}
			mustVerify(t, v, row, vector.Password, nil)
			mustVerify(t, v, row, "y"+vector.Password, ErrWrong)
			if len(vector.Password) >= 72 {
				mustVerify(t, v, row, vector.Password+"whatever", nil)
			}
		})
	}
}

func TestVerify_Remembers(t *testing.T) {
	t.Parallel()
	t.Run("ARightPasswordUntilItExpires", func(t *testing.T) {
		t.Parallel()
		now := newClock()
		v := New(Options{CacheTTL: time.Minute, Now: now.read})
		for range 3 {
			mustVerify(t, v, record, koreanWord, nil)
		}
		mustCount(t, v, Stats{Hits: 2, Misses: 1})
		now.pass(time.Minute)
		mustVerify(t, v, record, koreanWord, nil)
		mustCount(t, v, Stats{Hits: 2, Misses: 2})
	})

	t.Run("NoWrongOne", func(t *testing.T) {
		t.Parallel()
		v := New(Options{})
		mustVerify(t, v, record, anotherWord, ErrWrong)
		mustVerify(t, v, record, anotherWord, ErrWrong)
		mustCount(t, v, Stats{Misses: 2, Failures: 2})
	})

	t.Run("OnlyForTheSameRecordAndHash", func(t *testing.T) {
		t.Parallel()
		v := New(Options{})
		mustVerify(t, v, record, koreanWord, nil)
		mustVerify(t, v, Record{"other", record.Hash}, koreanWord, nil)
		mustVerify(t, v, Record{record.ID, ownersHash}, koreanWord, ErrWrong)
		mustCount(t, v, Stats{Misses: 3, Failures: 1})
	})

	t.Run("NoMoreThanItsSize", func(t *testing.T) {
		t.Parallel()
		v := New(Options{CacheSize: 2})
		for i := range 3 {
			mustVerify(t, v, Record{fmt.Sprint(i), koreanHash}, koreanWord, nil)
		}
		mustVerify(t, v, Record{"2", koreanHash}, koreanWord, nil)
		mustVerify(t, v, Record{"0", koreanHash}, koreanWord, nil)
		mustCount(t, v, Stats{Hits: 1, Misses: 4})
	})
}

func TestVerify_ComputesEqualQuestionsOnce(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, word string
		verdict    error
		want       Stats
	}{
		{"Right", koreanWord, nil, Stats{Misses: 1}},
		{"Wrong", anotherWord, ErrWrong, Stats{Misses: 1, Failures: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := New(Options{Concurrency: 1})
				release := mustTakeTurn(t, v)
				for range 20 {
					go mustVerify(t, v, record, tc.word, tc.verdict)
				}
				synctest.Wait() // one waits for its turn, the others for that one
				release()
				synctest.Wait()
				mustCount(t, v, tc.want)
			})
		})
	}
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := New(Options{Concurrency: 1})
		release := mustTakeTurn(t, v)
		gone, hangUp := context.WithCancel(t.Context())
		expect := func(want int) {
			t.Helper()
			if synctest.Wait(); v.Waiting() != want {
				t.Errorf("%d wait, want %d", v.Waiting(), want)
			}
		}
		expect(0)
		go mustVerify(t, v, record, koreanWord, nil)
		go v.Hash(gone, "secret")
		expect(2)
		hangUp()
		expect(1)
		release()
		expect(0)
	})
}

func TestVerify_OutlivesTheHangUpOfWhoAskedFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := New(Options{Concurrency: 1})
		release := mustTakeTurn(t, v)
		gone, hangUp := context.WithCancel(t.Context())
		go func() {
			if err := v.Verify(gone, record, koreanWord); !errors.Is(err, context.Canceled) {
				t.Errorf("the one who hung up got %v", err)
			}
		}()
		synctest.Wait()
		go mustVerify(t, v, record, koreanWord, nil)
		synctest.Wait()
		hangUp()
		synctest.Wait()
		release()
		synctest.Wait()
		mustCount(t, v, Stats{Misses: 1})
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := New(Options{Concurrency: 1})
		release := mustTakeTurn(t, v)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for name, call := range map[string]func() error{
			"Hash":          func() error { _, err := v.Hash(ctx, koreanWord); return err },
			"VerifyNothing": func() error { return v.VerifyNothing(ctx, koreanWord) },
			"Verify":        func() error { return v.Verify(ctx, record, koreanWord) },
			"VerifySame":    func() error { return v.Verify(ctx, record, koreanWord) },
		} {
			go func() {
				if err := call(); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v", name, err)
				}
			}()
		}
		<-ctx.Done()
		synctest.Wait()
		mustCount(t, v, Stats{})
		release()
	})
}

func TestVerify_SlowsGuessing(t *testing.T) {
	t.Parallel()
	setup := func() (*Verifier, *clock) {
		now := newClock()
		return New(Options{FreeTries: 3, FirstWait: time.Second, LongestWait: 8 * time.Second, Now: now.read}), now
	}
	guess := func(t *testing.T, v *Verifier, times int) {
		t.Helper()
		for range times {
			mustVerify(t, v, record, anotherWord, ErrWrong)
		}
	}

	t.Run("RefusesForTwiceAsLongEachTime", func(t *testing.T) {
		t.Parallel()
		v, now := setup()
		guess(t, v, 2)
		for _, seconds := range []time.Duration{1, 2, 4, 8, 8} {
			guess(t, v, 1)
			mustBeTooMany(t, v, koreanWord, seconds*time.Second)
			now.pass(seconds*time.Second - 1)
			mustBeTooMany(t, v, koreanWord, 1)
			now.pass(1)
		}
		if got := v.Stats(); got.Refused != 10 || got.Misses != 7 {
			t.Errorf("%+v: refused ones are not computed", got)
		}
	})

	t.Run("TroublesNoOtherRecord", func(t *testing.T) {
		t.Parallel()
		v, _ := setup()
		guess(t, v, 3)
		mustVerify(t, v, Record{"other", koreanHash}, koreanWord, nil)
	})

	t.Run("LetsInWhoWasRightAMomentAgo", func(t *testing.T) {
		t.Parallel()
		v, _ := setup()
		mustVerify(t, v, record, koreanWord, nil)
		guess(t, v, 3)
		mustBeTooMany(t, v, anotherWord, time.Second)
		mustVerify(t, v, record, koreanWord, nil)
		mustBeTooMany(t, v, anotherWord, time.Second) // and that forgives nothing
	})

	t.Run("ForgivesOnceVerified", func(t *testing.T) {
		t.Parallel()
		v, now := setup()
		guess(t, v, 3)
		now.pass(time.Second)
		mustVerify(t, v, record, koreanWord, nil)
		guess(t, v, 3)
	})

	t.Run("ForgivesInTime", func(t *testing.T) {
		t.Parallel()
		v, now := setup()
		guess(t, v, 3)
		now.pass(time.Minute)
		guess(t, v, 3)
	})

	t.Run("CountsTriesSentAllAtOnce", func(t *testing.T) {
		t.Parallel()
		v, _ := setup()
		var wrong, refused atomic.Int32
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				err := v.Verify(t.Context(), record, fmt.Sprint("guess ", i))
				if tooMany := (*TooManyError)(nil); errors.As(err, &tooMany) {
					refused.Add(1)
				} else if errors.Is(err, ErrWrong) {
					wrong.Add(1)
				}
			})
		}
		all.Wait()
		if wrong.Load() != 3 || refused.Load() != 27 {
			t.Errorf("%d were looked at, %d refused", wrong.Load(), refused.Load())
		}
	})

	t.Run("CountsNoTryThatWasNotMade", func(t *testing.T) {
		t.Parallel()
		v, _ := setup()
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		for range 10 {
			if err := v.Verify(gone, record, anotherWord); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		guess(t, v, 3)
	})
}

// The time of a question about no record is that of the processor, which a busy
// machine does not change, and the least of several: now and then the garbage
// collector adds its own.
func TestVerifyNothing_TakesTheTimeOfAWrongPassword(t *testing.T) {
	v := New(Options{FreeTries: 100})
	row := Record{record.ID, ownersHash}
	wrong, nothing := time.Hour, time.Hour
	for range 8 {
		wrong = min(wrong, measure(func() { mustVerify(t, v, row, anotherWord, ErrWrong) }))
		nothing = min(nothing, measure(func() {
			if err := v.VerifyNothing(t.Context(), anotherWord); err != nil {
				t.Error(err)
			}
		}))
	}
	if nothing < wrong/2 || wrong < nothing/2 {
		t.Errorf("a wrong password takes %s, no record %s", wrong, nothing)
	}
}

func BenchmarkVerify(b *testing.B) {
	v, row := New(Options{FreeTries: 1 << 30}), Record{record.ID, ownersHash}
	b.Run("Remembered", func(b *testing.B) {
		for b.Loop() {
			_ = v.Verify(b.Context(), row, ownersWord)
		}
	})
	b.Run("Computed", func(b *testing.B) {
		for b.Loop() {
			_ = v.Verify(b.Context(), row, anotherWord)
		}
	})
}

// clock is a time that stands until it is told to pass.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) read() time.Time      { return time.Unix(0, c.nanos.Load()) }
func (c *clock) pass(d time.Duration) { c.nanos.Add(int64(d)) }

func mustVerify(t *testing.T, v *Verifier, row Record, word string, want error) {
	t.Helper()
	if err := v.Verify(t.Context(), row, word); !errors.Is(err, want) {
		t.Errorf("Verify(%s) = %v, want %v", word, err, want)
	}
}

func mustBeTooMany(t *testing.T, v *Verifier, word string, wait time.Duration) {
	t.Helper()
	tooMany := (*TooManyError)(nil)
	if err := v.Verify(t.Context(), record, word); !errors.As(err, &tooMany) || tooMany.RetryAfter != wait {
		t.Errorf("Verify(%s) = %v, want a refusal for %s", word, err, wait)
	}
}

func mustCount(t *testing.T, v *Verifier, want Stats) {
	t.Helper()
	if got := v.Stats(); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

func mustTakeTurn(t *testing.T, v *Verifier) (release func()) {
	t.Helper()
	if err := v.turns.Acquire(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	return func() { v.turns.Release(1) }
}

// measure is the processor's time that this process spends on f.
func measure(f func()) time.Duration {
	before := processorTime()
	f()
	return processorTime() - before
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func TestRemember_SparesTheFirstVerify(t *testing.T) {
	t.Parallel()
	v := New(Options{})
	hash, err := v.Hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	record := Record{ID: "record", Hash: hash}
	v.Remember(record, "secret")
	if err := v.Verify(t.Context(), record, "secret"); err != nil || v.Stats().Misses != 0 {
		t.Errorf("got %v after %d computations, want none", err, v.Stats().Misses)
	}
	if err := v.Verify(t.Context(), record, "another"); !errors.Is(err, ErrWrong) {
		t.Errorf("another password: got %v", err)
	}
}
