// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/proportion-go/proportion/internal/redact"
	"github.com/proportion-go/proportion/otp"
)

// FileKeys is a [KeyStore] in a file, for one process that writes: each key a
// line, sealed under the key ring of the deployment. It holds all keys in
// memory, about 200 bytes each, and rewrites the file to destroy one; a
// deployment with millions of subjects keeps them in its database instead.
//
// Destroying a key removes it from the file. A copy of the file, and blocks
// that a disk has not reused yet, are not covered.
type FileKeys struct {
	redact.Value
	path   string
	sealer *otp.Sealer
	memory MemoryKeys

	adding sync.Mutex // held while the file is written
	end    int64      // of the last whole line
}

var _ KeyStore = (*FileKeys)(nil)

// keyLine is one line of the file.
type keyLine struct {
	Alias string `json:"alias"`
	Key   []byte `json:"key"`
}

// OpenKeys reads the keys of a file; one that does not exist has none. Derive
// the sealer with the purpose "journal". A last line without an end is a key
// that nothing was sealed with yet, and is forgotten. Any other line that
// cannot be read is a [*LineError] that wraps [ErrKey].
func OpenKeys(path string, sealer *otp.Sealer) (*FileKeys, error) {
	k := &FileKeys{path: path, sealer: sealer}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	for n := int64(1); ; n++ {
		line, rest, whole := bytes.Cut(content, []byte("\n"))
		if !whole {
			return k, nil
		}
		if err := k.read(line); err != nil {
			return nil, &LineError{File: path, Line: n, Err: err}
		}
		content = rest
		k.end += int64(len(line)) + 1
	}
}

func (k *FileKeys) read(line []byte) error {
	var l keyLine
	if err := json.Unmarshal(line, &l); err != nil {
		return ErrKey // the cause would repeat the line
	}
	alias, err := ParsePseudonym(l.Alias)
	if err != nil {
		return ErrKey
	}
	key, err := OpenSubjectKey(k.sealer, l.Key, alias)
	if err != nil {
		return err
	}
	_, err = k.memory.Add(context.Background(), alias, key)
	return err
}

// Key implements [KeyStore].
func (k *FileKeys) Key(ctx context.Context, alias Pseudonym) (SubjectKey, error) {
	return k.memory.Key(ctx, alias)
}

// Add implements [KeyStore]. When it returns, the disk has the key.
func (k *FileKeys) Add(ctx context.Context, alias Pseudonym, key SubjectKey) (SubjectKey, error) {
	k.adding.Lock()
	defer k.adding.Unlock()
	if known, err := k.memory.Key(ctx, alias); err == nil {
		return known, nil
	}
	line, err := k.line(alias, key)
	if err != nil {
		return SubjectKey{}, err
	}
	if err := k.write(line); err != nil {
		return SubjectKey{}, fmt.Errorf("journal: %w", err)
	}
	return k.memory.Add(ctx, alias, key)
}

func (k *FileKeys) line(alias Pseudonym, key SubjectKey) ([]byte, error) {
	sealed, err := key.Seal(k.sealer, alias)
	if err != nil {
		return nil, err
	}
	line, err := json.Marshal(keyLine{alias.String(), sealed})
	return append(line, '\n'), err
}

// write appends a line after the last whole one, and takes it back if the disk
// cannot keep it.
func (k *FileKeys) write(line []byte) (err error) {
	file, err := os.OpenFile(k.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	end := k.end + int64(len(line))
	if _, err = file.WriteAt(line, k.end); err == nil {
		err = errors.Join(file.Truncate(end), file.Sync(), syncFolder(k.path))
	}
	if err != nil {
		return errors.Join(err, file.Truncate(k.end))
	}
	k.end = end
	return nil
}

// Destroy implements [KeyStore]. The keys that stay are sealed anew, under the
// first key of the ring.
func (k *FileKeys) Destroy(ctx context.Context, alias Pseudonym) error {
	k.adding.Lock()
	defer k.adding.Unlock()
	if _, err := k.memory.Key(ctx, alias); errors.Is(err, ErrNoKey) {
		return nil
	}
	var content []byte
	for other, key := range k.memory.keys { // adding: nobody else writes it
		if other == alias {
			continue
		}
		line, err := k.line(other, key)
		if err != nil {
			return err
		}
		content = append(content, line...)
	}
	if err := k.replace(content); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return k.memory.Destroy(ctx, alias)
}

// replace puts other content in the place of the file, all or nothing.
func (k *FileKeys) replace(content []byte) error {
	next := k.path + ".next"
	file, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	if err := os.Rename(next, k.path); err != nil {
		return err
	}
	k.end = int64(len(content))
	return syncFolder(k.path)
}
