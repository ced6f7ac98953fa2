package secrethash

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, digest.KeyLength) }

var ring = digest.Keyring{Current: "k2", Keys: map[string][]byte{"k1": key(1), "k2": key(2)}}

func ref(name string) digest.Ref {
	return digest.Ref{Kind: digest.Secret, Name: name, Keys: []digest.Key{{Name: "k"}}}
}

// sum of a Secret with that value under a key; "" is a Secret that is not there.
func sum(id, name, value string) string {
	return ring.Digests("ns", ref(name), map[string][]byte{"k": []byte(value)}, value != "")[id]
}

// live digests by name and value.
func live(values ...string) map[string]digest.Digests {
	now := map[string]digest.Digests{}
	for i := 0; i < len(values); i += 2 {
		now["Secret/"+values[i]] = ring.Digests("ns", ref(values[i]), map[string][]byte{"k": []byte(values[i+1])}, values[i+1] != "")
	}
	return now
}

func refsOf(names ...string) (refs []digest.Ref) {
	for _, name := range names {
		refs = append(refs, ref(name))
	}
	return refs
}

func base(id string, values ...string) Baseline {
	refs := map[string]string{}
	for i := 0; i < len(values); i += 2 {
		refs["Secret/"+values[i]] = sum(id, values[i], values[i+1])
	}
	return Baseline{Key: id, Refs: refs}
}

// The table of docs/cluster.md, line by line, and what happens when its lines meet.
func TestDecide(t *testing.T) {
	allOfA := digest.Ref{Kind: digest.Secret, Name: "a", All: true}
	wholeA := ring.Digests("ns", allOfA, map[string][]byte{"k": []byte("1")}, true)
	lost := base("k1", "a", "1")
	lost.Key = "k0"
	stamp := func(last string, values ...string) string { return Stamp(ring, base("k2", values...), last) }
	tests := map[string]struct {
		baseline *Baseline
		refs     []digest.Ref
		now      map[string]digest.Digests
		want     Decision
	}{
		"uses nothing":          {want: Decision{Action: Nothing}},
		"no baseline":           {refs: refsOf("a"), now: live("a", "1"), want: Decision{Action: Adopt, Baseline: base("k2", "a", "1")}},
		"no baseline, missing":  {refs: refsOf("a"), now: live("a", ""), want: Decision{Action: Adopt, Baseline: base("k2", "a", "")}},
		"nothing changed":       {baseline: new(base("k2", "a", "1")), refs: refsOf("a"), now: live("a", "1"), want: Decision{Action: Nothing, Baseline: base("k2", "a", "1")}},
		"missing appears":       {baseline: new(base("k2", "a", "")), refs: refsOf("a"), now: live("a", "1"), want: Decision{Action: Rebase, Baseline: base("k2", "a", "1")}},
		"present vanishes":      {baseline: new(base("k2", "a", "1")), refs: refsOf("a"), now: live("a", ""), want: Decision{Action: Nothing, Baseline: base("k2", "a", "1"), Gone: []string{"Secret/a"}}},
		"value changes":         {baseline: new(base("k2", "a", "1")), refs: refsOf("a"), now: live("a", "2"), want: Decision{Action: Roll, Baseline: base("k2", "a", "2"), Stamp: stamp("s", "a", "2"), Cause: []string{"Secret/a"}}},
		"reference new":         {baseline: new(base("k2", "a", "1")), refs: refsOf("a", "b"), now: live("a", "1", "b", "1"), want: Decision{Action: Rebase, Baseline: base("k2", "a", "1", "b", "1")}},
		"reference gone":        {baseline: new(base("k2", "a", "1", "b", "1")), refs: refsOf("a"), now: live("a", "1"), want: Decision{Action: Rebase, Baseline: base("k2", "a", "1")}},
		"all references gone":   {baseline: new(base("k2", "a", "1")), want: Decision{Action: Rebase, Baseline: base("k2")}},
		"other keys of it used": {baseline: new(base("k2", "a", "1")), refs: []digest.Ref{allOfA}, now: map[string]digest.Digests{"Secret/a": wholeA}, want: Decision{Action: Rebase, Baseline: Baseline{Key: "k2", Refs: map[string]string{"Secret/a": wholeA["k2"]}}}},
		"older key, same value": {baseline: new(base("k1", "a", "1")), refs: refsOf("a"), now: live("a", "1"), want: Decision{Action: Rebase, Baseline: base("k2", "a", "1")}},
		"older key, changed":    {baseline: new(base("k1", "a", "1")), refs: refsOf("a"), now: live("a", "2"), want: Decision{Action: Roll, Baseline: base("k2", "a", "2"), Stamp: stamp("s", "a", "2"), Cause: []string{"Secret/a"}}},
		"key gone":              {baseline: &lost, refs: refsOf("a"), now: live("a", "2"), want: Decision{Action: Adopt, Baseline: base("k2", "a", "2"), KeyLost: true}},
		"two change, one roll": {baseline: new(base("k2", "a", "1", "b", "1", "c", "1")), refs: refsOf("a", "b", "c"), now: live("a", "2", "b", "2", "c", "1"), want: Decision{
			Action: Roll, Baseline: base("k2", "a", "2", "b", "2", "c", "1"), Stamp: stamp("s", "a", "2", "b", "2", "c", "1"), Cause: []string{"Secret/a", "Secret/b"},
		}},
		"one vanishes, one changes: held": {baseline: new(base("k2", "a", "1", "b", "1")), refs: refsOf("a", "b"), now: live("a", "", "b", "2"), want: Decision{
			Action: Nothing, Baseline: base("k2", "a", "1", "b", "1"), Gone: []string{"Secret/a"}, Held: []string{"Secret/b"},
		}},
		"what was held rolls when the other is back": {baseline: new(base("k2", "a", "1", "b", "1")), refs: refsOf("a", "b"), now: live("a", "1", "b", "2"), want: Decision{
			Action: Roll, Baseline: base("k2", "a", "1", "b", "2"), Stamp: stamp("s", "a", "1", "b", "2"), Cause: []string{"Secret/b"},
		}},
		"one vanishes under an older key: the baseline stays under it": {baseline: new(base("k1", "a", "1", "b", "1")), refs: refsOf("a", "b", "c"), now: live("a", "", "b", "1", "c", "1"), want: Decision{
			Action: Rebase, Baseline: base("k1", "a", "1", "b", "1", "c", "1"), Gone: []string{"Secret/a"},
		}},
		"pods wait for one, another changes: they have not read it": {baseline: new(base("k2", "a", "", "b", "1")), refs: refsOf("a", "b"), now: live("a", "", "b", "2"), want: Decision{
			Action: Rebase, Baseline: base("k2", "a", "", "b", "2"),
		}},
		"pods wait for one, another vanishes and a third changes": {baseline: new(base("k2", "a", "", "b", "1", "c", "1")), refs: refsOf("a", "b", "c"), now: live("a", "", "b", "", "c", "2"), want: Decision{
			Action: Rebase, Baseline: base("k2", "a", "", "b", "1", "c", "2"), Gone: []string{"Secret/b"},
		}},
		"one appears while another changes: who knows which was first": {baseline: new(base("k2", "a", "", "b", "1")), refs: refsOf("a", "b"), now: live("a", "1", "b", "2"), want: Decision{
			Action: Roll, Baseline: base("k2", "a", "1", "b", "2"), Stamp: stamp("s", "a", "1", "b", "2"), Cause: []string{"Secret/b"},
		}},
		"digests of another ring": {baseline: new(base("k2", "a", "1")), refs: refsOf("a"), now: map[string]digest.Digests{"Secret/a": {"k1": sum("k1", "a", "1")}}, want: Decision{Action: Again}},
		"a digest is not there":   {baseline: new(base("k2", "a", "1")), refs: refsOf("a", "b"), now: live("a", "1"), want: Decision{Action: Again}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Decide(ring, test.baseline, test.refs, test.now, "s")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Fatal(diff)
			}
			if got.Action == Nothing || got.Action == Again {
				return
			}
			stamp := "s"
			if got.Action == Roll {
				stamp = got.Stamp
			}
			again := Decide(ring, &got.Baseline, test.refs, test.now, stamp)
			want := Decision{Action: Nothing, Baseline: got.Baseline, Gone: got.Gone, Held: got.Held}
			if diff := cmp.Diff(want, again); diff != "" {
				t.Errorf("a second decision: %s", diff)
			}
		})
	}
}

func TestDecideTooMany(t *testing.T) {
	var refs []digest.Ref
	now := map[string]digest.Digests{}
	for i := range 5000 {
		r := ref(string(rune('a'+i%26)) + string(bytes.Repeat([]byte{'x'}, i%200)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)))
		refs = append(refs, r)
		now[r.ID()] = digest.Digests{"k1": digest.Missing, "k2": sum("k2", "a", "1")}
	}
	if diff := cmp.Diff(Decision{Action: Nothing, TooMany: true}, Decide(ring, nil, refs, now, "")); diff != "" {
		t.Error(diff)
	}
}

// The stamp of a roll is never one that the template had, so a roll always rolls; and two that start from the same make the same.
func TestStampsNeverComeBack(t *testing.T) {
	seen, last := map[string]bool{"": true}, ""
	for i := range 100 {
		next := Stamp(ring, base("k2", "a", []string{"1", "2"}[i%2]), last)
		if seen[next] || !digest.Valid(next) || next != Stamp(ring, base("k2", "a", []string{"1", "2"}[i%2]), last) {
			t.Fatalf("stamp %d is %q", i, next)
		}
		seen[next], last = true, next
	}
}

// A world of Secrets, templates and key rotations, seen by a controller now and then. Pods know the values they started with; after each look at a world in which nothing is
// missing they must know the live ones, and nothing may have rolled without a change of a used value.
func TestDecideOverTime(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		ring := digest.Keyring{Current: "k1", Keys: map[string][]byte{"k1": key(1)}}
		refs := refsOf("a", "b", "c")
		values := map[string]string{"a": "1", "b": "1", "c": "1"}
		now := func() map[string]digest.Digests {
			all := map[string]digest.Digests{}
			for _, r := range refs {
				all[r.ID()] = ring.Digests("ns", r, map[string][]byte{"k": []byte(values[r.Name])}, values[r.Name] != "")
			}
			return all
		}
		adopted := Decide(ring, nil, refs, now(), "")
		baseline, stamp := adopted.Baseline, ""
		pods := map[string]string{"a": "1", "b": "1", "c": "1"}
		for range 40 {
			for range random.IntN(3) {
				values[string(rune('a'+random.IntN(3)))] = []string{"", "1", "2", "3"}[random.IntN(4)]
			}
			if random.IntN(8) == 0 {
				id := string(rune('A' + random.IntN(20)))
				ring = digest.Keyring{Current: id, Keys: map[string][]byte{id: key(id[0]), baseline.Key: key(map[string]byte{"k1": 1}[baseline.Key])}}
				if baseline.Key != "k1" {
					ring.Keys[baseline.Key] = key(baseline.Key[0])
				}
			}
			decision := Decide(ring, &baseline, refs, now(), stamp)
			before := baseline
			if decision.Action != Nothing {
				baseline = decision.Baseline
			}
			missing := values["a"] == "" || values["b"] == "" || values["c"] == ""
			switch {
			case decision.Action == Roll && (missing || cmp.Equal(pods, values)):
				t.Fatalf("rolled with pods %v and values %v from %v", pods, values, before)
			case decision.Action == Roll:
				stamp = decision.Stamp
				pods = map[string]string{"a": values["a"], "b": values["b"], "c": values["c"]}
			case !missing && !cmp.Equal(pods, values):
				t.Fatalf("%s with pods %v and values %v from %v", decision.Action, pods, values, before)
			}
		}
	}
}
