package remote

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
)

// Store keeps the last good bundle of each reference in a directory, for the time
// when nobody answers. What it gives is checked again like what is fetched.
type Store struct{ Dir string }

// kept is what is remembered of an archive, beside it.
type kept struct {
	Ref     string `json:"ref"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// Load gives what was saved last; fs.ErrNotExist when nothing was.
func (s Store) Load(ref string) (Fetched, error) {
	file, err := os.Open(s.path(ref) + ".tar.gz")
	if err != nil {
		return Fetched{}, err
	}
	defer file.Close()
	archive, err := io.ReadAll(io.LimitReader(file, bundle.MaxArchive+1))
	if err != nil {
		return Fetched{}, err
	}
	fetched := Fetched{Archive: archive}
	var about kept
	if text, err := os.ReadFile(s.path(ref) + ".json"); err == nil && json.Unmarshal(text, &about) == nil &&
		about.Ref == ref && about.Digest == sum(archive) { // of these very bytes: saving may have stopped in between
		fetched.Version = about.Version
	}
	return fetched, nil
}

// Save replaces what is kept, whole. Several processes may.
func (s Store) Save(ref string, fetched Fetched) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	about, err := json.Marshal(kept{ref, fetched.Version, sum(fetched.Archive)})
	if err != nil {
		return err
	}
	return errors.Join(replace(s.path(ref)+".tar.gz", fetched.Archive), replace(s.path(ref)+".json", append(about, '\n')))
}

func (s Store) path(ref string) string { return filepath.Join(s.Dir, sum([]byte(ref))[:32]) }

func sum(text []byte) string {
	all := sha256.Sum256(text)
	return hex.EncodeToString(all[:])
}

// replace writes a file that is either the old one or the new one, also after a crash.
func replace(name string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(text); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
