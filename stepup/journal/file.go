// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Sync says when a [File] asks the disk to keep what was written.
type Sync uint8

const (
	// SyncDurable, the default, does so before Append returns for durable
	// events; what was written before is kept along with them.
	SyncDurable Sync = iota
	// SyncAll does so for every event.
	SyncAll
	// InsecureSkipSync never does: after a loss of power, proofs that the
	// customer was told of can be missing. It is for tests and trials.
	InsecureSkipSync
)

// FileConfig says how a [File] writes. Path is required.
type FileConfig struct {
	// Path is the file that is written. It belongs to one process at a time.
	// A new one is readable by its owner only.
	Path string

	// Keys seal the details, see [Encoder]. Nil: they are in clear.
	Keys KeyStore

	// MaxBytes begins a new file before Path would be longer; what was there
	// is renamed, see [Segments]. Zero: never. One Append may be longer.
	MaxBytes int64

	// Daily begins a new file with the first event of each day in UTC.
	Daily bool

	Sync Sync

	// Now is the clock, for the event that reports a torn line. Nil: time.Now.
	Now func() time.Time
}

// File is a [Sink] that appends lines to a file. It starts no goroutine; many
// durable events at once share one request to the disk.
//
// A write that fails, as on a full disk, leaves nothing behind, and the next
// may succeed. After the disk failed to keep what was written, nothing can be
// known of it any more, and every later call fails.
type File struct {
	config  FileConfig
	encoder Encoder
	buffers sync.Pool // *[]byte

	// syncing is held while the disk is asked, and before writing where both
	// are.
	syncing sync.Mutex
	synced  uint64 // writes that the disk has

	writing sync.Mutex
	file    *os.File
	size    int64
	day     int    // of the newest event, as 20060102; 0: not known
	written uint64 // writes
	cut     bool   // the last line has no end
	failed  error  // of the disk, or ErrClosed
	torn    *LineError
}

var _ Sink = (*File)(nil)

// OpenFile opens the file, and makes it if there is none. A last line without
// its end is given one, so that the next event cannot be joined with it; if it
// is not a whole event, [File.Torn] reports it, and an event of KindGap.
func OpenFile(c FileConfig) (*File, error) {
	if c.Path == "" {
		return nil, errors.New("journal: FileConfig.Path: is empty")
	}
	if c.MaxBytes < 0 {
		return nil, fmt.Errorf("journal: FileConfig.MaxBytes: got %d, want at least 0", c.MaxBytes)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	f := &File{config: c, encoder: Encoder{Keys: c.Keys}}
	f.buffers.New = func() any { return new([]byte) }
	if err := f.open(); err != nil {
		return nil, err
	}
	if err := f.mend(); err != nil {
		_ = f.file.Close()
		return nil, err
	}
	return f, nil
}

// open opens Path for appending.
func (f *File) open() error {
	file, err := os.OpenFile(f.config.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	info, err := file.Stat()
	if err == nil && f.config.Sync != InsecureSkipSync {
		err = syncFolder(f.config.Path) // a new file must outlive a loss of power
	}
	if err != nil {
		_ = file.Close()
		return fmt.Errorf("journal: %w", err)
	}
	f.file, f.size, f.cut = file, info.Size(), false
	return nil
}

// Append implements [Sink]. The errors are an [*EventError], [ErrTooLong],
// [ErrClosed], those of the key store, and those of the file system. The
// context is for the key store: writing is not interrupted.
func (f *File) Append(ctx context.Context, events ...*Event) error {
	if len(events) == 0 {
		return nil
	}
	buffer := f.buffers.Get().(*[]byte)
	defer f.release(buffer)
	lines := (*buffer)[:0]
	day := 0
	for _, e := range events {
		err := e.Check()
		if err == nil {
			lines, err = f.encoder.AppendLine(ctx, lines, e)
		}
		if err != nil {
			return err
		}
		day = max(day, dayOf(e.Time))
	}
	*buffer = lines
	n, err := f.write(lines, day, events[0].Time)
	if err != nil || !f.config.Sync.covers(events) {
		return err
	}
	return f.flush(n)
}

// release keeps a buffer for another Append, unless it is a very large one.
func (f *File) release(buffer *[]byte) {
	if cap(*buffer) <= 1<<16 {
		f.buffers.Put(buffer)
	}
}

func (s Sync) covers(events []*Event) bool {
	switch s {
	case InsecureSkipSync:
		return false
	case SyncAll:
		return true
	}
	return strictest(events) == Durable
}

func dayOf(t time.Time) int {
	year, month, day := t.UTC().Date()
	return (year*100+int(month))*100 + day
}

// write appends the lines, in a new file if it is time for one. It returns the
// number of the write.
func (f *File) write(lines []byte, day int, at time.Time) (uint64, error) {
	f.writing.Lock()
	defer f.writing.Unlock()
	if f.failed == nil && f.isFull(len(lines), day) {
		f.writing.Unlock()
		f.syncing.Lock() // before writing, always
		f.writing.Lock()
		var err error
		if f.failed == nil && f.isFull(len(lines), day) {
			err = f.rotate(at)
		}
		f.syncing.Unlock()
		if err != nil {
			return 0, err
		}
	}
	if f.failed != nil {
		return 0, f.failed
	}
	if err := f.put(lines); err != nil {
		return 0, err
	}
	f.day = max(f.day, day)
	f.written++
	return f.written, nil
}

// isFull reports whether the lines belong in a new file.
func (f *File) isFull(more, day int) bool {
	if f.size == 0 {
		return false
	}
	return f.config.MaxBytes > 0 && f.size+int64(more) > f.config.MaxBytes ||
		f.config.Daily && f.day != 0 && day > f.day
}

// put writes all of the lines, or takes back what it wrote of them.
func (f *File) put(lines []byte) error {
	if f.cut {
		if _, err := f.file.Write([]byte("\n")); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		f.size, f.cut = f.size+1, false
	}
	n, err := f.file.Write(lines)
	if err == nil {
		f.size += int64(n)
		return nil
	}
	if n > 0 && f.file.Truncate(f.size) != nil {
		f.size, f.cut = f.size+int64(n), true // the next write ends the line
	}
	return fmt.Errorf("journal: %w", err)
}

// flush waits until the disk has the write of that number. Whoever comes while
// the disk is busy is served by the next request to it, together with all
// others who wait.
func (f *File) flush(n uint64) error {
	f.syncing.Lock()
	defer f.syncing.Unlock()
	if f.synced >= n {
		return nil
	}
	f.writing.Lock()
	file, written, failed := f.file, f.written, f.failed
	f.writing.Unlock()
	if failed != nil {
		return failed
	}
	return f.keep(file, written)
}

// keep asks the disk. It needs syncing. What a disk failed to keep once may be
// gone, however often it is asked again.
func (f *File) keep(file *os.File, written uint64) error {
	if err := file.Sync(); err != nil {
		err = fmt.Errorf("journal: %w", err)
		f.writing.Lock()
		f.failed = err
		f.writing.Unlock()
		return err
	}
	f.synced = written
	return nil
}

// Close asks the disk to keep all that was written, and closes the file. Later
// calls return [ErrClosed].
func (f *File) Close() error {
	f.syncing.Lock()
	defer f.syncing.Unlock()
	f.writing.Lock()
	defer f.writing.Unlock()
	if errors.Is(f.failed, ErrClosed) {
		return ErrClosed
	}
	var err error
	if f.config.Sync != InsecureSkipSync && f.failed == nil {
		if err = f.file.Sync(); err == nil {
			f.synced = f.written // for those who still wait in flush
		}
	}
	f.failed = ErrClosed
	return errors.Join(err, f.file.Close())
}
