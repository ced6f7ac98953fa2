package rules_test

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// examples is the shape of examples.yaml. The command's tests execute them; the
// rule's page is made of them.
type examples struct {
	Good []example `yaml:"good"`
	Bad  []example `yaml:"bad"`
}

type example struct {
	Name     string    `yaml:"name"`
	Why      string    `yaml:"why"`
	History  []state   `yaml:"history"`
	Base     tree      `yaml:"base"`
	Files    tree      `yaml:"files"`
	Request  *request  `yaml:"request"`
	Findings []finding `yaml:"findings"`
}

// A state of the repository that was committed an age ago.
type state struct {
	Age   string `yaml:"age"`
	Files tree   `yaml:"files"`
}

// A tree maps paths to text, {base64: …}, {symlink: …},
// {ignored: …} or null (deleted).
type tree map[string]any

// A request is an admission request, in place of files.
type request struct {
	Operation string `yaml:"operation"`
	User      struct {
		Name   string   `yaml:"name"`
		Groups []string `yaml:"groups"`
	} `yaml:"user"`
	Resource  string         `yaml:"resource"`
	Namespace string         `yaml:"namespace"`
	Name      string         `yaml:"name"`
	Unchanged bool           `yaml:"unchanged"`
	Object    map[string]any `yaml:"object"`
	OldObject map[string]any `yaml:"old_object"`
	Live      map[string]any `yaml:"live"`
}

type finding struct {
	Path    string `yaml:"path"`
	Line    int    `yaml:"line"`
	Field   string `yaml:"field"`
	Message string `yaml:"message"`
}

func TestExamplesAreWellFormed(t *testing.T) {
	for file, text := range files(t, "examples.yaml") {
		dec := yaml.NewDecoder(bytes.NewReader(text))
		dec.KnownFields(true)
		var ex examples
		if err := dec.Decode(&ex); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if len(ex.Good) == 0 || len(ex.Bad) == 0 {
			t.Errorf("%s: want at least one good and one bad example", file)
		}
		names := map[string]bool{}
		for i, e := range append(ex.Good, ex.Bad...) {
			if err := e.check(i >= len(ex.Good)); err != nil {
				t.Errorf("%s: example %q: %v", file, e.Name, err)
			}
			if names[e.Name] {
				t.Errorf("%s: two examples are named %q", file, e.Name)
			}
			names[e.Name] = true
		}
	}
}

func (e example) check(bad bool) error {
	if e.Name == "" {
		return fmt.Errorf("it has no name")
	}
	if bad != (len(e.Findings) > 0) {
		return fmt.Errorf("it has %d findings: bad examples have some, good ones none", len(e.Findings))
	}
	for _, f := range e.Findings {
		if (f.Path == "") != (e.Request != nil) || f.Message == "" || strings.HasSuffix(f.Message, ".") {
			return fmt.Errorf("finding %+v: want a path (but for requests) and a message that ends without a period", f)
		}
	}
	trees := []tree{e.Base, e.Files}
	for _, s := range e.History {
		if _, err := time.ParseDuration(s.Age); err != nil {
			return fmt.Errorf("history: %w", err)
		}
		trees = append(trees, s.Files)
	}
	count := 0
	for _, files := range trees {
		count += len(files)
		if err := files.check(); err != nil {
			return err
		}
	}
	if e.Request != nil {
		return e.Request.check(count)
	}
	if count == 0 {
		return fmt.Errorf("it has no files")
	}
	return nil
}

func (r request) check(files int) error {
	if files > 0 {
		return fmt.Errorf("it has files and a request")
	}
	want := map[string][2]bool{"CREATE": {true, false}, "UPDATE": {true, true}, "DELETE": {false, true}}
	if objects, ok := want[r.Operation]; !ok || objects != [2]bool{r.Object != nil, r.OldObject != nil} {
		return fmt.Errorf("operation %q: CREATE has an object, DELETE an old_object, UPDATE both", r.Operation)
	}
	if r.User.Name == "" || strings.Count(r.Resource, "/") != 2 {
		return fmt.Errorf("want a user's name and a resource group/version/resource")
	}
	return nil
}

func (t tree) check() error {
	for name, content := range t {
		if name == "" || path.Clean(name) != name || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "..") {
			return fmt.Errorf("path %q is not clean and relative", name)
		}
		switch v := content.(type) {
		case nil, string:
		case tree: // what yaml makes of a map inside a tree
			_, base64 := v["base64"].(string)
			_, symlink := v["symlink"].(string)
			_, ignored := v["ignored"].(string)
			if len(v) != 1 || !base64 && !symlink && !ignored {
				return fmt.Errorf("%s: want text, null, {base64: text}, {symlink: target} or {ignored: text}", name)
			}
		default:
			return fmt.Errorf("%s: holds a %T, want text", name, v)
		}
	}
	return nil
}
