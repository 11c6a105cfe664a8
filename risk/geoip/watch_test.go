// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/proportion-go/proportion/risk/geoip"
)

// every is the time between two looks in these tests.
const every = time.Minute

// call is one of onChange.
type call struct {
	databases []geoip.Database
	err       error
}

// watch is a running Watch over one folder, in a bubble of time.
type watch struct {
	t      *testing.T
	folder string
	db     *geoip.DB
	mu     sync.Mutex
	heard  []call
	ended  chan error
}

// calls returns the calls so far, and forgets them.
func (w *watch) calls() []call {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.heard
	w.heard = nil
	return calls
}

// watching opens the City and ASN databases of a folder, watches them, and
// lets test change them.
func watching(t *testing.T, c geoip.Config, test func(w *watch)) {
	synctest.Test(t, func(t *testing.T) {
		w := &watch{t: t, folder: t.TempDir(), ended: make(chan error, 1)}
		w.put(city, read(t, city))
		w.put(asn, read(t, asn))
		if c.Now == nil {
			c.Now = func() time.Time { return built }
		}
		db, err := c.Open(w.path(city), w.path(asn))
		if err != nil {
			t.Fatal(err)
		}
		w.db = db
		ctx, stop := context.WithCancel(t.Context())
		onChange := func(d []geoip.Database, err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.heard = append(w.heard, call{d, err})
		}
		go func() { w.ended <- geoip.Watch(ctx, db, geoip.WatchConfig{Every: every}, onChange) }()
		time.Sleep(every / 2) // the test acts between two looks
		test(w)
		stop()
		if err := <-w.ended; !errors.Is(err, context.Canceled) && !errors.Is(err, geoip.ErrClosed) {
			t.Errorf("Watch ended with %v", err)
		}
	})
}

// built is when the synthetic databases say that they were.
var built = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func (w *watch) path(name string) string { return filepath.Join(w.folder, name) }

// put renames a new file into place, as geoipupdate does.
func (w *watch) put(name string, data []byte) {
	w.t.Helper()
	next := w.path(name + ".new")
	if err := os.WriteFile(next, data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(next, w.path(name)); err != nil {
		w.t.Fatal(err)
	}
}

// wait lets Watch look three times: whatever is there is settled then.
func (w *watch) wait() {
	time.Sleep(3 * every)
	synctest.Wait()
}

// hear returns the one call since the last time it was asked.
func (w *watch) hear() call {
	w.t.Helper()
	w.wait()
	calls := w.calls()
	if len(calls) != 1 {
		w.t.Fatalf("got %d calls, want 1: %v", len(calls), calls)
	}
	return calls[0]
}

func (w *watch) silence() {
	w.t.Helper()
	w.wait()
	if calls := w.calls(); len(calls) > 0 {
		w.t.Fatalf("got calls %v, want none", calls)
	}
}

// refuses checks that a file is refused for a reason, once, and that both
// databases go on.
func (w *watch) refuses(name string, want error) {
	w.t.Helper()
	c := w.hear()
	if !errors.Is(c.err, want) || !strings.Contains(c.err.Error(), w.path(name)) || c.databases != nil {
		w.t.Fatalf("got %v, %v, want %v for %s", c.databases, c.err, want, name)
	}
	w.silence()
	w.at("Paris", "Example Fibre")
}

// at checks where the databases place a home in Paris, and on whose network.
func (w *watch) at(city, operator string) {
	w.t.Helper()
	got := locate(w.t, w.db, "21.33.10.7")
	if got.City != city || got.Network != operator {
		w.t.Fatalf("got %q, %q, want %q, %q", got.City, got.Network, city, operator)
	}
}

// elsewhere is a City database in which Paris has another name.
func elsewhere(t testing.TB, name string) []byte {
	return bytes.ReplaceAll(read(t, city), []byte("\x45Paris"), []byte("\x45"+name))
}

// builtAt is a database with another build time.
func builtAt(t testing.TB, data []byte, at time.Time) []byte {
	t.Helper()
	const key = "build_epoch\x04\x02" // a number of 64 bits, of which four are written
	i := bytes.Index(data, []byte(key))
	if i < 0 {
		t.Fatal("no build time")
	}
	data = bytes.Clone(data)
	binary.BigEndian.PutUint32(data[i+len(key):], uint32(at.Unix()))
	return data
}

func TestWatchAdoptsWhatIsRenamedIntoPlace(t *testing.T) {
	watching(t, geoip.Config{}, func(w *watch) {
		w.silence()
		w.put(city, elsewhere(t, "Lyons"))
		if c := w.hear(); c.err != nil || len(c.databases) != 2 || c.databases[0].Path != w.path(city) {
			t.Fatalf("got %+v", c)
		}
		w.at("Lyons", "Example Fibre")
		w.put(asn, bytes.ReplaceAll(read(t, asn), []byte("Example Fibre"), []byte("Another Fibre")))
		if c := w.hear(); c.err != nil {
			t.Fatalf("got %+v", c)
		}
		w.at("Lyons", "Another Fibre")
		w.silence()
	})
}

func TestWatchAdoptsWhatIsWrittenOver(t *testing.T) {
	watching(t, geoip.Config{}, func(w *watch) {
		w.silence()
		data := elsewhere(t, "Lyons")
		if err := os.WriteFile(w.path(city), data, 0o600); err != nil {
			t.Fatal(err)
		}
		w.hear()
		w.at("Lyons", "Example Fibre")
	})
}

// TestWatchFollowsLinks swaps a symbolic link to a folder, as Kubernetes does.
func TestWatchFollowsLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		for name, place := range map[string]string{"one": "Paris", "two": "Lyons"} {
			if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name, city), elsewhere(t, place), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		link := filepath.Join(folder, "data")
		if err := os.Symlink("one", link); err != nil {
			t.Skip("no symbolic links here")
		}
		db, err := geoip.Open(filepath.Join(link, city))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		calls, ended := 0, make(chan error, 1)
		go func() {
			ended <- geoip.Watch(ctx, db, geoip.WatchConfig{}, func([]geoip.Database, error) { calls++ })
		}()
		time.Sleep(3 * every)
		if err := os.Symlink("two", link+".new"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(link+".new", link); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * every)
		stop()
		<-ended
		if got := locate(t, db, "21.33.10.7"); got.City != "Lyons" || calls != 1 {
			t.Errorf("got %q after %d calls, want Lyons after 1", got.City, calls)
		}
	})
}

func TestWatchKeepsTheLastGoodDatabase(t *testing.T) {
	good := read(t, city)
	domain := bytes.ReplaceAll(good, []byte("GeoLite2-City"), []byte("GeoIP2-Domain"))
	broken := bytes.Clone(good)
	broken[3] ^= 0x7f // a branch of the search tree
	for name, tt := range map[string]struct {
		data []byte
		want error
	}{
		"empty":               {[]byte{}, geoip.ErrCorrupt},
		"text":                {[]byte("not a database"), geoip.ErrCorrupt},
		"truncated":           {good[:len(good)-100], geoip.ErrCorrupt},
		"head lost":           {good[200:], geoip.ErrCorrupt},
		"broken tree":         {broken, geoip.ErrCorrupt},
		"wrong type":          {domain, geoip.ErrType},
		"knows another thing": {read(t, asn), geoip.ErrType},
	} {
		t.Run(name, func(t *testing.T) {
			watching(t, geoip.Config{}, func(w *watch) {
				w.put(city, tt.data)
				w.refuses(city, tt.want)
				w.put(city, elsewhere(t, "Lyons"))
				if c := w.hear(); c.err != nil {
					t.Fatalf("mended: got %v", c.err)
				}
				w.at("Lyons", "Example Fibre")
			})
		})
	}
}

// TestWatchReportsThatAFailureIsOver puts back what was there before: the same
// bytes, and news all the same.
func TestWatchReportsThatAFailureIsOver(t *testing.T) {
	watching(t, geoip.Config{}, func(w *watch) {
		if err := os.Remove(w.path(city)); err != nil {
			t.Fatal(err)
		}
		w.refuses(city, fs.ErrNotExist)
		w.put(city, read(t, city))
		if c := w.hear(); c.err != nil || len(c.databases) != 2 {
			t.Fatalf("got %+v", c)
		}
		w.put(city, read(t, city)) // once more, and no news
		w.silence()
	})
}

// TestWatchHalfWritten lets a file grow for a while: only the whole one counts.
func TestWatchHalfWritten(t *testing.T) {
	watching(t, geoip.Config{}, func(w *watch) {
		data := elsewhere(t, "Lyons")
		for i := range 5 {
			part := data[:len(data)*(i+1)/5]
			if err := os.WriteFile(w.path(city), part, 0o600); err != nil {
				t.Fatal(err)
			}
			time.Sleep(every)
		}
		if c := w.hear(); c.err != nil {
			t.Fatalf("got %v", c.err)
		}
		w.at("Lyons", "Example Fibre")
	})
}

// TestWatchReportsAge lets the open databases grow old, and replaces one by one
// that is too old itself, then by a newer one.
func TestWatchReportsAge(t *testing.T) {
	var clock atomic.Pointer[time.Time]
	clock.Store(&built)
	c := geoip.Config{MaxAge: 30 * 24 * time.Hour, Now: func() time.Time { return *clock.Load() }}
	watching(t, c, func(w *watch) {
		w.silence()
		now := built.Add(c.MaxAge + 1)
		clock.Store(&now)
		w.wait()
		calls := w.calls()
		if len(calls) != 2 || !errors.Is(calls[0].err, geoip.ErrStale) || !errors.Is(calls[1].err, geoip.ErrStale) {
			t.Fatalf("got %v, want ErrStale of both", calls)
		}
		w.put(city, builtAt(t, elsewhere(t, "Lyons"), built.Add(-time.Hour)))
		if c := w.hear(); !errors.Is(c.err, geoip.ErrStale) {
			t.Fatalf("an old one: got %v", c.err)
		}
		w.put(city, builtAt(t, elsewhere(t, "Lyons"), now))
		if c := w.hear(); c.err != nil || !c.databases[0].Built.Equal(now.Truncate(time.Second)) {
			t.Fatalf("a new one: got %+v", c)
		}
		l, err := w.db.Locate(netip.MustParseAddr("21.33.10.7"))
		if l.City != "Lyons" || l.ASN != 0 || !errors.Is(err, geoip.ErrStale) {
			t.Errorf("got %+v, %v: want the new place, and ErrStale of the old ASN database", l, err)
		}
	})
}

// TestLocateDuringReload locates while databases are exchanged all the time:
// with -race, and with answers that only one of them can have given.
func TestLocateDuringReload(t *testing.T) {
	watching(t, geoip.Config{}, func(w *watch) {
		addr := netip.MustParseAddr("21.33.10.7")
		done, looks := make(chan bool), make(chan int)
		for range 4 {
			go func() {
				n := 0
				for {
					select {
					case <-done:
						looks <- n
						return
					case <-time.After(every / 7):
					}
					for range 100 {
						l, err := w.db.Locate(addr)
						if err != nil || l.City != "Paris" && l.City != "Lyons" || l.ASN != 64496 || l.Country != "FR" {
							t.Errorf("got %+v, %v", l, err)
						}
						n++
					}
				}
			}()
		}
		for i := range 40 {
			w.put(city, elsewhere(t, []string{"Lyons", "Paris"}[i%2]))
			time.Sleep(2*every + every/3)
			w.put(asn, builtAt(t, read(t, asn), built.Add(time.Duration(i)*time.Hour)))
			time.Sleep(every)
		}
		w.wait()
		close(done)
		n := 0
		for range 4 {
			n += <-looks
		}
		calls := w.calls()
		if n < 10_000 || len(calls) < 60 {
			t.Errorf("%d lookups during %d exchanges, want 10,000 and 60", n, len(calls))
		}
		for _, c := range calls {
			if c.err != nil {
				t.Errorf("got %v", c.err)
			}
		}
	})
}

func TestWatchEndsWhenClosed(t *testing.T) {
	watching(t, geoip.Config{}, func(w *watch) {
		if err := w.db.Close(); err != nil {
			t.Fatal(err)
		}
		w.put(city, elsewhere(t, "Lyons"))
		w.silence()
		if w.db.Databases() != nil {
			t.Error("a closed locator was opened again")
		}
	})
}

func TestWatchArguments(t *testing.T) {
	db := open(t, city)
	memory, err := geoip.OpenBytes(read(t, city))
	if err != nil {
		t.Fatal(err)
	}
	heard := func([]geoip.Database, error) {}
	closed := open(t, city)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"no databases": geoip.Watch(t.Context(), nil, geoip.WatchConfig{}, heard),
		"onChange":     geoip.Watch(t.Context(), db, geoip.WatchConfig{}, nil),
		"positive":     geoip.Watch(t.Context(), db, geoip.WatchConfig{Every: -1}, heard),
		"from memory":  geoip.Watch(t.Context(), memory, geoip.WatchConfig{}, heard),
		"closed":       geoip.Watch(t.Context(), closed, geoip.WatchConfig{}, heard),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want an error that says %q", err, name)
		}
	}
}

func ExampleWatch() {
	db, err := geoip.Open("testdata/synthetic-city.mmdb")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	stop() // when the service ends
	err = geoip.Watch(ctx, db, geoip.WatchConfig{}, func(open []geoip.Database, err error) {
		if err != nil {
			fmt.Println("the last good database stays:", err)
			return
		}
		for _, d := range open {
			fmt.Println(d.Type, "of", d.Built.Format(time.DateOnly))
		}
	})
	fmt.Println(errors.Is(err, context.Canceled))
	// Output: true
}
