package digest

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var ring = Keyring{Current: "k2", Keys: map[string][]byte{"k1": bytes.Repeat([]byte{1}, KeyLength), "k2": bytes.Repeat([]byte{2}, KeyLength)}}

func sum(t *testing.T, ref Ref, data map[string][]byte) string {
	t.Helper()
	return ring.Digests("ns", ref, data, data != nil)["k1"]
}

// The digests below are what is written in clusters: they must never change. A second implementation, of a few lines of Python, agreed.
func TestDigestsAreStable(t *testing.T) {
	ref := Ref{Kind: Secret, Name: "a", Keys: []Key{{Name: "user"}, {Name: "password"}}}
	got := ring.Digests("ns", ref, map[string][]byte{"user": []byte("u"), "password": []byte("p"), "unused": []byte("x")}, true)
	want := Digests{"k1": "02a6cacd607d8b77008a2a5fba229c69", "k2": "0e74d72e8f7fbeb9f311138cff9f4212"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for id, digest := range got {
		if !Valid(digest) || digest == Missing {
			t.Errorf("%s: %q is no digest", id, digest)
		}
	}
}

func TestMissing(t *testing.T) {
	required, optional := Key{Name: "k"}, Key{Name: "k", Optional: true}
	some, none := map[string][]byte{"k": {}}, map[string][]byte{"other": []byte("v")}
	tests := map[string]struct {
		ref    Ref
		data   map[string][]byte
		exists bool
		want   bool
	}{
		"object absent":                        {ref: Ref{All: true}, want: true},
		"optional object absent":               {ref: Ref{All: true, Optional: true}},
		"key absent":                           {ref: Ref{Keys: []Key{required}}, data: none, exists: true, want: true},
		"key empty":                            {ref: Ref{Keys: []Key{required}}, data: some, exists: true},
		"optional key absent":                  {ref: Ref{Keys: []Key{optional}}, data: none, exists: true},
		"optional key, required object absent": {ref: Ref{Keys: []Key{optional}}, want: true},
		"all, required key absent":             {ref: Ref{All: true, Keys: []Key{required}}, data: none, exists: true, want: true},
		"all of nothing":                       {ref: Ref{All: true}, exists: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for id, digest := range ring.Digests("ns", test.ref, test.data, test.exists) {
				if (digest == Missing) != test.want || !Valid(digest) {
					t.Errorf("%s: %s", id, digest)
				}
			}
		})
	}
}

func TestWhatADigestDependsOn(t *testing.T) {
	keys := func(names ...string) (list []Key) {
		for _, name := range names {
			list = append(list, Key{Name: name, Optional: true})
		}
		return list
	}
	data := map[string][]byte{"a": []byte("1"), "b": []byte("2")}
	base := Ref{Kind: Secret, Name: "x", Keys: keys("a", "b"), Optional: true}
	want := sum(t, base, data)
	same := map[string]string{
		"order of keys":           sum(t, Ref{Kind: Secret, Name: "x", Keys: keys("b", "a"), Optional: true}, data),
		"key named twice":         sum(t, Ref{Kind: Secret, Name: "x", Keys: keys("a", "b", "a"), Optional: true}, data),
		"required instead of not": sum(t, Ref{Kind: Secret, Name: "x", Keys: []Key{{Name: "a"}, {Name: "b"}}}, data),
		"keys that nobody uses":   sum(t, base, map[string][]byte{"a": []byte("1"), "b": []byte("2"), "c": []byte("3")}),
	}
	for name, got := range same {
		if got != want {
			t.Errorf("%s: differs", name)
		}
	}
	other := base
	other.Name = "y"
	changed := map[string]string{
		"kind":          sum(t, Ref{Kind: ConfigMap, Name: "x", Keys: base.Keys, Optional: true}, data),
		"name":          sum(t, other, data),
		"namespace":     ring.Digests("other", base, data, true)["k1"],
		"key":           ring.Digests("ns", base, data, true)["k2"],
		"value":         sum(t, base, map[string][]byte{"a": []byte("1"), "b": []byte("3")}),
		"swapped":       sum(t, base, map[string][]byte{"a": []byte("2"), "b": []byte("1")}),
		"moved":         sum(t, base, map[string][]byte{"a": []byte("12"), "b": {}}),
		"absent":        sum(t, base, map[string][]byte{"a": []byte("1")}),
		"empty":         sum(t, base, map[string][]byte{"a": []byte("1"), "b": {}}),
		"fewer keys":    sum(t, Ref{Kind: Secret, Name: "x", Keys: keys("a"), Optional: true}, data),
		"all":           sum(t, Ref{Kind: Secret, Name: "x", All: true, Optional: true}, data),
		"absent object": sum(t, base, nil),
	}
	seen := map[string]string{want: "base"}
	for name, got := range changed {
		if seen[got] != "" {
			t.Errorf("%s: like %s", name, seen[got])
		}
		seen[got] = name
	}
	for name, changes := range map[string]bool{"value": true, "absent": true, "empty": true, "absent object": true, "fewer keys": false, "all": false, "name": false} {
		if SameUse(want, changed[name]) != changes {
			t.Errorf("%s: same use is %v", name, !changes)
		}
	}
}

// An optional object that is absent is to pods what an empty one is.
func TestAbsentOptionalIsEmpty(t *testing.T) {
	for _, ref := range []Ref{{Kind: Secret, Name: "x", All: true, Optional: true}, {Kind: Secret, Name: "x", Keys: []Key{{Name: "a", Optional: true}}, Optional: true}} {
		absent, empty := ring.Digests("ns", ref, nil, false), ring.Digests("ns", ref, nil, true)
		if diff := cmp.Diff(absent, empty); diff != "" {
			t.Error(diff)
		}
	}
}

func TestValid(t *testing.T) {
	for text, want := range map[string]bool{
		Missing: true, strings.Repeat("a", 32): true, "0123456789abcdef0123456789abcdef": true,
		"": false, strings.Repeat("a", 31): false, strings.Repeat("a", 33): false, strings.Repeat("A", 32): false, strings.Repeat("g", 32): false, "--": false,
	} {
		if Valid(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestSum(t *testing.T) {
	sums := map[string][]string{}
	for _, fields := range [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"a", "", "b"}, {"b", "a"}} {
		sum := ring.Sum("k1", fields...)
		if !Valid(sum) || sums[sum] != nil {
			t.Errorf("%q: %q is like that of %q", fields, sum, sums[sum])
		}
		sums[sum] = fields
	}
	if got := ring.Sum("gone", "a"); got != "" {
		t.Errorf("a key that is not there makes %q", got)
	}
}

// Two objects whose used values differ in any way never have one digest, and two that do not always have.
func FuzzDigestsAreUnambiguous(f *testing.F) {
	f.Add("a", "1", "b", "2", "a", "12", "b", "", true)
	f.Add("a", "", "", "", "", "", "a", "", false)
	f.Add("ab", "c", "", "", "a", "bc", "", "", true)
	f.Add("a", "\x00\x00\x00\x00\x00\x00\x00\x01", "b", "", "a", "", "b", "\x00\x00\x00\x00\x00\x00\x00\x01", false)
	f.Fuzz(func(t *testing.T, a1, v1, a2, v2, b1, w1, b2, w2 string, all bool) {
		one := map[string][]byte{a1: []byte(v1), a2: []byte(v2)}
		two := map[string][]byte{b1: []byte(w1), b2: []byte(w2)}
		refOf := func(data map[string][]byte) Ref {
			ref := Ref{Kind: Secret, Name: "x", All: all}
			if !all {
				for name := range data {
					ref.Keys = append(ref.Keys, Key{Name: name})
				}
			}
			return ref
		}
		same := len(one) == len(two)
		for name, value := range one {
			other, found := two[name]
			same = same && found && bytes.Equal(value, other)
		}
		x, y := ring.Digests("ns", refOf(one), one, true)["k1"], ring.Digests("ns", refOf(two), two, true)["k1"]
		if (x == y) != same {
			t.Errorf("%q and %q: same %v, digests %s and %s", one, two, same, x, y)
		}
		if strings.Contains(x, hex.EncodeToString([]byte(v1))) && len(v1) > 8 {
			t.Errorf("digest %s shows %q", x, v1)
		}
	})
}
