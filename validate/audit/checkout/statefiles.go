package checkout

import (
	"fmt"
	"os"

	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// StateFile is a file with a state.
type StateFile struct {
	Path string // to show, from the checkout's root where it lies in it
	File string // to open
	// Given: it was named, and not found lying around.
	Given bool
	// Inside: Path is in the checkout, so that the module beside it is its own.
	Inside bool
}

// StateFiles reads states from files. clusterRead says that the states of a cluster
// are among the facts: then those count, and no file does.
func StateFiles(files []StateFile, clusterRead bool, facts *audit.Facts) error {
	if len(files) > 0 && facts.States == nil {
		facts.States = &audit.States{}
	}
	given := false
	for _, f := range files {
		given = given || f.Given
	}
	for _, f := range files {
		opened, err := os.Open(f.File)
		if err != nil {
			return err
		}
		state, err := tfstate.ReadPacked(opened, facts.Key)
		_ = opened.Close()
		if err != nil {
			facts.Undecided = append(facts.Undecided, fmt.Sprintf("state file %s cannot be audited: %v", f.Path, err))
			facts.States.Partial = facts.States.Partial || f.Given
			continue
		}
		entry := audit.State{Origin: "file " + f.Path, Path: f.Path, File: true, Named: f.Given, State: state, Anywhere: !f.Inside}
		entry.Given = f.Given && !clusterRead
		if f.Inside {
			entry.Dir = lake.Parent(f.Path)
		}
		facts.States.All = append(facts.States.All, entry)
	}
	if !given && !clusterRead && facts.States != nil {
		facts.States.Partial = true // what lies around is not all that there is
	}
	return nil
}
