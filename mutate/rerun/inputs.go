package rerun

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Inputs are the used values as they are now.
type Inputs struct {
	// Known: they could be read. Nothing is concluded about inputs that could not.
	Known bool
	// Key is the id of the current installation key.
	Key string
	// Now holds digests under every installation key, by use id. What a runner
	// wrote itself is left out.
	Now map[string]digest.Digests
	// Fixed uses are taken when the runner pod starts.
	Fixed map[string]bool
}

// Reader is how the used values are read.
type Reader struct {
	// Ring that holds the key of that id if any replica has it.
	Ring func(ctx context.Context, id string) digest.Keyring
	// Generated reports whether a used object is what some runner wrote.
	Generated func(ctx context.Context, use Use) (bool, error)
	// Read digests of all refs by their id: the read starts after the call.
	Read func(ctx context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error)
}

// Inputs reads the digests of everything that t uses and no runner wrote.
func (r Reader) Inputs(ctx context.Context, t *tofu.Terraform) (Inputs, error) {
	recorded := InstallationKey(t.Annotations)
	ring := r.Ring(ctx, recorded) // before the values are hashed, so that they are under the recorded key too
	in := Inputs{Known: true, Key: ring.Current, Now: map[string]digest.Digests{}, Fixed: map[string]bool{}}
	byNamespace := map[string][]digest.Ref{}
	ids := map[string]string{}
	for _, use := range Uses(t) {
		generated, err := r.Generated(ctx, use)
		if err != nil {
			return Inputs{}, err
		}
		if generated {
			continue
		}
		byNamespace[use.Namespace] = append(byNamespace[use.Namespace], use.Ref)
		ids[use.Namespace+" "+use.Ref.ID()] = use.ID(t)
		if use.Fixed {
			in.Fixed[use.ID(t)] = true
		}
	}
	for namespace, refs := range byNamespace {
		sums, err := r.Read(ctx, namespace, refs)
		if err != nil {
			return Inputs{}, fmt.Errorf("read inputs: %w", err)
		}
		for id, sum := range sums {
			in.Now[ids[namespace+" "+id]] = sum
		}
	}
	return in, nil
}

// comparison of what was recorded with what is now.
type comparison struct {
	changed []string // use ids whose values differ, sorted
	key     string
	inputs  map[string]string // what is to be recorded
	lost    bool              // the recorded key is gone: changes until now cannot be told
}

// compare says what changed since the record was made. A use that is new, or of
// other keys than before, came with a change of the spec, and that runs anyway. A
// required object that vanished is no reason to run, for a run could only fail; its
// old digest stays, so that it is told whether it comes back as it was.
func (r Record) compare(in Inputs) comparison {
	if !in.Known {
		return comparison{key: r.Key, inputs: r.Inputs}
	}
	c := comparison{key: in.Key, inputs: map[string]string{}}
	vanished := map[string]string{}
	for id, sums := range in.Now {
		c.inputs[id] = sums[in.Key]
		was, recorded := r.Inputs[id]
		if !recorded {
			continue
		}
		now, found := sums[r.Key]
		switch {
		case !found:
			c.lost = true
		case now == was:
		case now == digest.Missing:
			vanished[id] = was
		case was == digest.Missing || digest.SameUse(was, now):
			c.changed = append(c.changed, id)
		}
	}
	slices.Sort(c.changed)
	if len(vanished) > 0 {
		// Old digests can only be kept under their own key.
		c.key = r.Key
		for id, sums := range in.Now {
			c.inputs[id] = sums[r.Key]
		}
		maps.Copy(c.inputs, vanished)
	}
	if len(c.inputs) == 0 {
		c.key, c.inputs = "", nil
	}
	return c
}

// onlyFixed reports whether all changed uses are taken at the runner pod's start
// alone, and anyFixed whether one is.
func (in Inputs) onlyFixed(changed []string) bool {
	return !slices.ContainsFunc(changed, func(id string) bool { return !in.Fixed[id] })
}

func (in Inputs) anyFixed(changed []string) bool {
	return slices.ContainsFunc(changed, func(id string) bool { return in.Fixed[id] })
}
