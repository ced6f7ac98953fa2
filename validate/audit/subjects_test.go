package audit_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/airbyte"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
)

func source(address, id string) tfstate.Instance {
	return tfstate.Instance{Address: address, Block: address, Type: "airbyte_source", Role: tfstate.Source, ID: id, Name: address}
}

func block(address string) audit.Block {
	return audit.Block{Address: address, Type: "airbyte_source", Title: "Title of " + address, At: audit.Position{Path: "tf/a.tf", Line: 1, Column: 1}}
}

// state is that of a Terraform object, or with file one that lies around.
func state(lineage string, file bool, instances ...tfstate.Instance) audit.State {
	s := audit.State{Origin: "Secret lake/" + lineage, Path: "secrets/lake/" + lineage, Dir: "tf", State: &tfstate.State{Lineage: lineage, Serial: 1, Instances: instances}}
	if file {
		s.Origin, s.File = "file "+lineage, true
	} else {
		s.Owner = audit.Name{Namespace: "lake", Name: lineage}
	}
	return s
}

// TestSubjects: what is one thing in three truths is one subject, under every way in which they can be apart.
func TestSubjects(t *testing.T) {
	for name, tc := range map[string]struct {
		blocks  []audit.Block
		moved   map[string]string
		calls   map[string]bool
		states  []audit.State
		objects []airbyte.Object
		want    []string
	}{
		"agree": {
			blocks: []audit.Block{block("airbyte_source.a")}, states: []audit.State{state("x", false, source("airbyte_source.a", "1"))},
			objects: []airbyte.Object{{Role: "source", ID: "1", Name: "A"}},
			want:    []string{"airbyte_source.a git=true states=1 airbyte=1 rivals=0"},
		},
		"apart": {
			blocks: []audit.Block{block("airbyte_source.a")}, states: []audit.State{state("x", false, source("airbyte_source.b", "2"))},
			objects: []airbyte.Object{{Role: "source", ID: "3", Name: "C"}},
			want:    []string{"airbyte_source.b git=false states=1 airbyte= rivals=0", "airbyte_source.a git=true states=0 airbyte= rivals=0", "(C) git=false states=0 airbyte=3 rivals=0"},
		},
		"moved twice": {
			blocks: []audit.Block{block("airbyte_source.c")}, moved: map[string]string{"airbyte_source.a": "airbyte_source.b", "airbyte_source.b": "airbyte_source.c"},
			states: []audit.State{state("x", false, source("airbyte_source.a", "1"))}, want: []string{"airbyte_source.a git=true states=1 airbyte= rivals=0"},
		},
		"moved in a circle": {
			moved:  map[string]string{"airbyte_source.a": "airbyte_source.b", "airbyte_source.b": "airbyte_source.a"},
			states: []audit.State{state("x", false, source("airbyte_source.a", "1"))}, want: []string{"airbyte_source.a git=false states=1 airbyte= rivals=0"},
		},
		"in a module that is called": {
			calls: map[string]bool{"m": true},
			states: []audit.State{state("x", false, tfstate.Instance{Address: "module.m[0].airbyte_source.a", Block: "module.m[0].airbyte_source.a", Module: "module.m[0]", Role: "source", ID: "1"},
				tfstate.Instance{Address: "module.n.airbyte_source.a", Block: "module.n.airbyte_source.a", Module: "module.n", Role: "source", ID: "2"})},
			want: []string{"module.m[0].airbyte_source.a git=false states=1 airbyte= rivals=0 unsure", "module.n.airbyte_source.a git=false states=1 airbyte= rivals=0"},
		},
		"one id in two states": {
			states: []audit.State{state("y", true, source("airbyte_source.z", "1")), state("x", false, source("airbyte_source.a", "1"))},
			want:   []string{"airbyte_source.a git=false states=2 airbyte= rivals=0"},
		},
		"one address with two ids": {
			blocks: []audit.Block{block("airbyte_source.a")},
			states: []audit.State{state("x", false, source("airbyte_source.a", "1")), state("y", true, source("airbyte_source.a", "2"))},
			want:   []string{"airbyte_source.a git=true states=1 airbyte= rivals=1", "airbyte_source.a git=false states=1 airbyte= rivals=1"},
		},
		"a copy claims nothing": {
			states: []audit.State{state("x", false, source("airbyte_source.a", "1")), func() audit.State {
				s := state("x", true, source("airbyte_source.a", "old"), source("airbyte_source.b", "2"))
				return s
			}()},
			want: []string{"airbyte_source.a git=false states=1 airbyte= rivals=0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			facts := &audit.Facts{
				Git:    &audit.Git{Modules: []audit.Module{{Dir: "tf", Blocks: tc.blocks, Moved: tc.moved, Calls: tc.calls}}},
				States: &audit.States{All: tc.states}, Airbyte: &airbyte.Inventory{Objects: tc.objects},
			}
			var got []string
			for _, s := range facts.Subjects() {
				name, id := s.Address(), ""
				if name == "" {
					name = "(" + s.Name() + ")"
				}
				if s.Airbyte != nil {
					id = s.Airbyte.ID
				}
				text := fmt.Sprintf("%s git=%v states=%d airbyte=%s rivals=%d", name, s.Block != nil, len(s.Claims), id, len(s.Rivals))
				if s.Unsure {
					text += " unsure"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlacedState: a state of which nobody says the module belongs to the one that declares most of it.
func TestPlacedState(t *testing.T) {
	s := state("x", true, source("airbyte_source.a", "1"), source("airbyte_source.b", "2"))
	s.Given, s.Anywhere, s.Dir = true, true, ""
	facts := &audit.Facts{Git: &audit.Git{Modules: []audit.Module{
		{Dir: "one", Blocks: []audit.Block{block("airbyte_source.a")}}, {Dir: "two", Blocks: []audit.Block{block("airbyte_source.a"), block("airbyte_source.b")}},
	}}, States: &audit.States{All: []audit.State{s}}}
	subjects := facts.Subjects()
	if len(subjects) != 3 || subjects[0].Module.Dir != "two" || subjects[2].Module.Dir != "one" {
		t.Errorf("%+v", subjects)
	}
}
