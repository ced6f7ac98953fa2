package policy_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// notebook is a memory that tells what is done with it.
type notebook struct {
	reader string
	known  map[string][]byte
	hits   int
}

func (n *notebook) Reader() string { return n.reader }

func (n *notebook) Recall(key string) []byte {
	if value, ok := n.known[key]; ok {
		n.hits++
		return value
	}
	return nil
}

func (n *notebook) Keep(key string, value []byte) { n.known[key] = value }

// TestMemory: the same files are parsed and checked once; whatever decides what they
// mean makes them others.
func TestMemory(t *testing.T) {
	embedded := shipped(t, map[string]string{
		"a/shipped/shipped.rego": metadata + "package a.shipped\n" + body,
		"lib/names/names.rego":   "package lib.names\n\nfirst(x) := x[0]\n",
	})
	dir := write(t, map[string]string{
		"z.rego":    metadata + "package z.own\n\nimport data.lib.names\nimport data.lib.mine\n\ndeny contains {\"message\": names.first([\"m\"])} if {\n\tmine.yes\n\tinput.object.kind == \"Job\"\n}\n",
		"mine.rego": "package lib.mine\n\nyes := true\n",
	})
	memory := &notebook{"gate 1", map[string][]byte{}, 0}
	loader := policy.Loader{Embedded: embedded, Memory: memory}
	judge := func() (*policy.Set, []policy.Finding) {
		t.Helper()
		set, err := loader.LoadFiles(open(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		e, err := policy.NewEngine(set, policy.Config{})
		if err != nil {
			t.Fatal(err)
		}
		findings, err := e.Judge(t.Context(), manifest(map[string]any{"kind": "Job"}), policy.Tip)
		if err != nil {
			t.Fatal(err)
		}
		return set, findings
	}
	wants := func(what string, hits, known int) {
		t.Helper()
		if memory.hits != hits || len(memory.known) != known {
			t.Errorf("%s: recalled %d times, %d kept; want %d and %d", what, memory.hits, len(memory.known), hits, known)
		}
	}
	first, want := judge()
	if wants("the first time", 0, 1); len(want) != 1 {
		t.Fatalf("findings: %v", want)
	}
	again, got := judge()
	wants("again", 1, 1)
	if diff := cmp.Diff(want, got) + cmp.Diff(first.Rules(), again.Rules()); diff != "" {
		t.Errorf("from memory (-at first +again):\n%s", diff)
	}
	one, err := first.Revision()
	if err != nil {
		t.Fatal(err)
	}
	if two, err := again.Revision(); err != nil || one != two {
		t.Errorf("revision %s, from memory %s (%v)", one, two, err)
	}
	if results, err := again.Test(t.Context(), policy.Limits{}); err != nil || results != nil {
		t.Errorf("Test = %v, %v", results, err)
	}

	// What is kept is what is used: a process that trusts it does not look again.
	for key, value := range memory.known {
		memory.known[key] = bytes.Replace(value, []byte(`"title":"T"`), []byte(`"title":"from memory"`), 1)
	}
	if set, _ := judge(); set.Rules()[1].Title != "from memory" {
		t.Errorf("title is %q", set.Rules()[1].Title)
	}
	wants("a third time", 2, 1)

	text, err := os.ReadFile(filepath.Join(dir, "mine.rego"))
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "mine.rego"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(string(text) + "\n# changed\n")
	judge()
	wants("another helper", 2, 2)
	put(string(text))
	memory.reader = "gate 2"
	judge()
	wants("another gate", 2, 3)
	other := maps.Clone(embedded)
	loader.Embedded = other
	index := *embedded[policy.IndexFile]
	index.Data = append(bytes.Clone(index.Data), '\n')
	other[policy.IndexFile] = &index
	judge()
	wants("other shipped rules", 2, 4)

	// Mistakes are never kept, and are found each time.
	put("package lib.mine\n\nyes := input.x.y(1)\n")
	for range 2 {
		if _, err := loader.LoadFiles(open(t, dir)); err == nil {
			t.Error("a mistake is not found")
		}
	}
	wants("a mistake", 2, 4)

	// What is damaged is as if it were not there.
	put(string(text))
	for key := range memory.known {
		memory.known[key] = []byte(`{"rules": [], "sources": []}`)
	}
	if set, findings := judge(); len(set.Rules()) != 2 || len(findings) != 1 {
		t.Errorf("with a damaged memory: %v, %v", set.Rules(), findings)
	}
}

func open(t *testing.T, dir string) []policy.Files {
	t.Helper()
	files, err := policy.OpenPaths([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
