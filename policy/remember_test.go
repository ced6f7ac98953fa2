package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// TestRemember: the same content at the same place is judged once, whatever commit it
// is read from, and its findings are where it is now.
func TestRemember(t *testing.T) {
	said := func(config policy.Config) func(policy.Document) policy.Finding {
		e := engine(t, `deny contains {"message": sprintf("%d of %s", [time.now_ns(), object.get(input, "commit", "nothing")]), "field": ["x"]}`, config)
		return func(doc policy.Document) policy.Finding {
			found, err := e.Judge(t.Context(), doc, policy.Tip)
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			return found[0]
		}
	}
	doc := func(change func(*policy.Document)) policy.Document {
		d := manifest(map[string]any{"a": "b"})
		change(&d)
		return d
	}
	same := doc(func(*policy.Document) {})
	later := doc(func(d *policy.Document) {
		d.Commit = "beef"
		d.Locate = func([]any) (int, int) { return 99, 9 }
	})

	fresh := said(policy.Config{})
	if one, two := fresh(same), fresh(same); one.Message == two.Message {
		t.Error("remembered, though nobody asked for it")
	}
	judge := said(policy.Config{Remember: true})
	first, again, moved := judge(same), judge(same), judge(later)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("(-first +again):\n%s", diff)
	}
	want := first
	want.Commit, want.Line, want.Column = "beef", 99, 9
	if diff := cmp.Diff(want, moved); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, other := range map[string]policy.Document{
		"content": doc(func(d *policy.Document) {
			d.Input = map[string]any{"object": map[string]any{"a": "c"}, "encrypted": false}
		}),
		"path": doc(func(d *policy.Document) { d.Path = "other.yaml" }),
	} {
		if judge(other).Message == first.Message {
			t.Errorf("another %s is taken for the same", name)
		}
	}
}
