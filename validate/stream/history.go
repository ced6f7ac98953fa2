package stream

import (
	"fmt"
	"iter"
	"time"
)

// Commit is one commit of a first-parent history.
type Commit struct {
	ID   string
	When time.Time // committer time
	// Cut is set when the commit has parents that are not at hand: a shallow clone's edge.
	Cut bool
	// Blob gives the id of the file at path, "" when the commit has none there. It is
	// asked only for flags whose setting is not found yet.
	Blob func(path string) (string, error)
}

// Setting is when a backfill flag was turned on. The zero Setting stands for a flag that no
// commit has on yet.
type Setting struct {
	Commit string    // that turned it on; "" when it is not at hand
	When   time.Time // its committer time; of the oldest commit at hand when Shallow
	// Shallow is set when the flag is on in the oldest commit at hand, which has parents.
	Shallow bool
}

// Settings walks history, newest commit first along first parents, once for all paths, and
// returns for each path the oldest commit of the newest unbroken run of commits that have
// the flag on: the commit that set it. A file that is absent has it off, so that deleting
// one resets its flag; a rename begins anew. The walk ends as soon as every path is
// answered; on reports whether a blob has the flag on, and is called once for
// neighbouring commits that have the same blob.
func Settings(paths []string, history iter.Seq2[Commit, error], on func(path, blob string) (bool, error)) (map[string]Setting, error) {
	settings := make(map[string]Setting, len(paths))
	open := make([]openFlag, 0, len(paths))
	for _, path := range paths {
		if _, repeated := settings[path]; !repeated {
			settings[path] = Setting{}
			open = append(open, openFlag{path: path})
		}
	}
	if len(open) == 0 {
		return settings, nil
	}
	for commit, err := range history {
		if err != nil {
			return nil, fmt.Errorf("walk first parents: %w", err)
		}
		still := open[:0]
		for _, flag := range open {
			isOn, err := flag.isOn(commit, on)
			if err != nil {
				return nil, fmt.Errorf("read %s at commit %s: %w", flag.path, commit.ID, err)
			}
			if !isOn {
				continue
			}
			settings[flag.path] = Setting{Commit: commit.ID, When: commit.When}
			if commit.Cut {
				settings[flag.path] = Setting{When: commit.When, Shallow: true}
				continue
			}
			still = append(still, flag)
		}
		if open = still; len(open) == 0 {
			break
		}
	}
	return settings, nil
}

// openFlag is a flag that was on in every commit seen so far.
type openFlag struct {
	path string
	blob string // that had it on in the commit seen last
}

func (f *openFlag) isOn(commit Commit, on func(path, blob string) (bool, error)) (bool, error) {
	blob, err := commit.Blob(f.path)
	if err != nil || blob == "" {
		return false, err
	}
	if blob == f.blob {
		return true, nil
	}
	f.blob = blob
	return on(f.path, blob)
}
