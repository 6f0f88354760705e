// Package journal keeps what happened, in lines that can be added but not changed without being noticed: each carries a
// hash of itself and of the one before. It does not notice lines that are cut off at the end; compare Head for that.
package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// line is how an entry is written. What is hashed are the bytes of Entry as they stand there.
type line struct {
	Hash  string          `json:"hash"`
	Entry json.RawMessage `json:"entry"`
}

// Journal is an open journal. It may be used by several goroutines.
type Journal struct {
	mu   sync.Mutex
	file *os.File
	size int64 // of the whole lines
	head string
}

// Open makes or continues the journal at path. A last line that was cut short by a crash is removed: nobody was told
// that it is there. A chain that does not hold is an error. Every entry is given to replay.
func Open(path string, replay func(entry json.RawMessage) error) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j := &Journal{file: file}
	if err := j.recover(path, replay); err != nil {
		return nil, fmt.Errorf("open the journal %s: %w", path, errors.Join(err, file.Close()))
	}
	return j, nil
}

func (j *Journal) recover(path string, replay func(json.RawMessage) error) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	j.size = int64(whole)
	if err := j.file.Truncate(j.size); err != nil {
		return err
	}
	j.head, err = Verify(bytes.NewReader(text[:whole]), replay)
	return err
}

// Append writes an entry, and returns when it would survive a power cut.
func (j *Journal) Append(entry any) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	raw, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	l := line{Hash: chain(j.head, raw), Entry: raw}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := j.write(append(text, '\n')); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	j.head = l.Hash
	return nil
}

// write adds a line or nothing: half a line would spoil those that follow it, and a whole one that its writer takes for
// failed would be believed after a restart.
func (j *Journal) write(text []byte) error {
	_, err := j.file.Write(text)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(len(text))
	return nil
}

// Copy writes all lines to w.
func (j *Journal) Copy(w io.Writer) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	_, err := io.Copy(w, io.NewSectionReader(j.file, 0, j.size))
	return err
}

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }

// maxLine is far above what an entry needs.
const maxLine = 1 << 20

// Verify reads a journal, gives every entry to replay, and returns the hash of the last one. It names the first line
// that is not what was written, or not where it was.
func Verify(r io.Reader, replay func(entry json.RawMessage) error) (head string, err error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	for number := 1; scanner.Scan(); number++ {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			return head, fmt.Errorf("line %d: %w", number, err)
		}
		if l.Hash != chain(head, l.Entry) {
			return head, fmt.Errorf("line %d is not what was written after the line before it: somebody changed the journal", number)
		}
		if err := replay(l.Entry); err != nil {
			return head, fmt.Errorf("line %d: %w", number, err)
		}
		head = l.Hash
	}
	return head, scanner.Err()
}

func chain(head string, entry []byte) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s", head, entry)
	return hex.EncodeToString(sum.Sum(nil))
}
