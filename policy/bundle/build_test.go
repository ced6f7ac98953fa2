package bundle

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// TestReproducible: neither times nor modes nor the order of files are in a bundle,
// nor is the time of signing.
func TestReproducible(t *testing.T) {
	one := build(t, policies())
	other := t.TempDir()
	names := slices.Sorted(maps.Keys(policies()))
	slices.Reverse(names)
	for _, name := range names {
		path := filepath.Join(other, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(policies()[name]), 0o755), os.Chtimes(path, time.Now(), time.Unix(1, 0))); err != nil {
			t.Fatal(err)
		}
	}
	two, err := Build(t.Context(), []policy.Files{{Name: "other", FS: os.DirFS(other)}}, BuildOptions{Embedded: rules.FS})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("the same files give different bytes")
	}
	for kind, algorithm := range map[string]string{"Ed25519": "", "RSA": "RS256"} {
		key := newPair(t, kind).signing(t, "k", "lake", algorithm)
		if !bytes.Equal(sign(t, one, key), sign(t, two, key)) {
			t.Errorf("%s: the same key gives different bytes", kind)
		}
	}
	files, err := unpack(one, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".manifest", "data.json", "house/tried/examples.yaml", "house/tried/tried.rego", "house/tried/tried_test.rego", "index.json", "lib/house/house.rego"}
	if diff := cmp.Diff(want, sorted(files)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	manifest := string(files[".manifest"])
	_, rest, _ := strings.Cut(manifest, `"revision": "`)
	revision, _, _ := strings.Cut(rest, `"`)
	if want := strings.ReplaceAll(`{
 "revision": "R",
 "roots": [
  "house/tried",
  "house/tried_test",
  "house_owners",
  "lib/house",
  "lib/house_test"
 ],
 "rego_version": 1
}
`, `"R"`, `"`+revision+`"`); len(revision) != 12 || manifest != want {
		t.Errorf("manifest %s, want %s", manifest, want)
	}
}

// TestBuildRefuses: a bundle that consumers would refuse is not made.
func TestBuildRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no rules":             {map[string]string{"data.json": "{}"}, "holds no Rego rule"},
		"syntax":               {map[string]string{"house/tried/tried.rego": "package house.tried\n\ndeny contains"}, "house/tried/tried.rego:3"},
		"a failing test":       {map[string]string{"house/tried/tried_test.rego": "package house.tried_test\n\ntest_no if 1 == 2\n"}, "house/tried/tried_test.rego:3: test data.house.tried_test.test_no does not pass"},
		"no METADATA":          {map[string]string{"house/tried/tried.rego": "package house.tried\n\ndeny contains {\"message\": \"x\"}\n"}, "has no METADATA"},
		"a misspelt field":     {map[string]string{"house/tried/tried.rego": ruleText("house.tried", "", `deny contains {"message": "x"} if input.objekt`)}, "objekt"},
		"the network":          {map[string]string{"house/tried/tried.rego": ruleText("house.tried", "", `deny contains {"message": http.send({"method": "get", "url": "http://127.0.0.1:1"}).body}`)}, "http.send"},
		"a shipped rule":       {map[string]string{"state/committed/x.rego": ruleText("state.committed", "", `deny contains {"message": "x"}`)}, "package state.committed is already defined by the shipped rules"},
		"around shipped rules": {map[string]string{"lib/x.rego": "package lib\n\nkube.is_secret(_) := false\n"}, "package lib could change package lib."},
		"inside shipped rules": {map[string]string{"lib/x.rego": "package lib.LIB.inside\n\nx := 1\n"}, "package lib.LIB.inside could change package lib.LIB of the shipped rules"},
		"data of the gate":     {map[string]string{"data.json": `{"parameters": {}}`}, "data.parameters is taken by the gate's own data"},
		"data of a rule":       {map[string]string{"data.json": `{"state": {"committed": {"deny": []}}}`}, "data.state is taken by rules"},
		"data that is a list":  {map[string]string{"data.json": `[]`}, "data.json: want a JSON object"},
		"data twice":           {map[string]string{"house_owners/data.json": `{"x": 1}`}, "data.house_owners is set by another file"},
		"data in YAML":         {map[string]string{"data.yaml": "a: 1"}, "data.yaml: data in YAML: want data.json"},
	} {
		t.Run(name, func(t *testing.T) {
			files := policies()
			if name == "no rules" {
				files = map[string]string{}
			}
			for path, text := range tc.files {
				files[path] = strings.ReplaceAll(text, "LIB", shippedLibrary(t))
			}
			_, err := Build(t.Context(), []policy.Files{dirOf(t, files)}, BuildOptions{Embedded: rules.FS})
			var load *policy.LoadError
			if want := strings.ReplaceAll(tc.want, "LIB", shippedLibrary(t)); !errors.As(err, &load) || !strings.Contains(err.Error(), want) {
				t.Errorf("Build: %v, want a LoadError with %q", err, want)
			}
		})
	}
	t.Run("a link", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Symlink("/etc/hostname", filepath.Join(dir, "x.rego")); err != nil {
			t.Fatal(err)
		}
		_, err := Build(t.Context(), []policy.Files{{Name: "DIR", FS: os.DirFS(dir)}}, BuildOptions{Embedded: rules.FS})
		if err == nil || !strings.Contains(err.Error(), "x.rego: a link or special file") {
			t.Errorf("Build: %v", err)
		}
	})
}

// shippedLibrary is the name of some shipped helper package, after "lib.".
func shippedLibrary(t *testing.T) string {
	t.Helper()
	entries, err := rules.FS.ReadDir("lib")
	if err != nil {
		t.Fatal(err)
	}
	return entries[0].Name()
}
