package page

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy/lines"
)

// fileName is how examples are called in errors.
const fileName = "examples.yaml"

func mistake(line int, text string) error {
	return &lines.Error{File: fileName, Line: line, Text: text}
}

// Parse reads the text of an examples.yaml. The error joins a *lines.Error for each
// mistake.
func Parse(text []byte) (Examples, error) {
	var e Examples
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&e); err != nil && !errors.Is(err, io.EOF) {
		return Examples{}, errors.Join(lines.Of(fileName, err)...)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return Examples{}, mistake(1, "it holds more than one YAML document")
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return Examples{}, errors.Join(lines.Of(fileName, err)...)
	}
	e.number(&root)
	var wrong []error
	for _, x := range slices.Concat(e.Good, e.Bad) {
		if x.Name == "" {
			wrong = append(wrong, mistake(x.Line, "an example without a name"))
		}
		if x.Request != nil && len(x.History)+len(x.Base)+len(x.Files) > 0 {
			wrong = append(wrong, mistake(x.Line, fmt.Sprintf("example %q has files and a request: want one of them", x.Name)))
		}
	}
	if len(wrong) > 0 {
		return Examples{}, errors.Join(wrong...)
	}
	return e, nil
}

// number gives each example the line on which it begins.
func (e Examples) number(root *yaml.Node) {
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		return
	}
	top := root.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		list := map[string][]Example{"good": e.Good, "bad": e.Bad}[top[i].Value]
		for j, node := range top[i+1].Content {
			if j < len(list) {
				list[j].Line = node.Line
			}
		}
	}
}

// Check says, as a *lines.Error for each, what examples of a rule lack to be shown and
// executed: one good and one bad, findings where they belong, paths inside the
// repository.
func (e Examples) Check() []error {
	var wrong []error
	if len(e.Good) == 0 || len(e.Bad) == 0 {
		wrong = append(wrong, mistake(1, "want at least one good and one bad example"))
	}
	names := map[string]bool{}
	for i, x := range slices.Concat(e.Good, e.Bad) {
		fail := func(format string, args ...any) {
			wrong = append(wrong, mistake(x.Line, fmt.Sprintf("example %q: ", x.Name)+fmt.Sprintf(format, args...)))
		}
		if names[x.Name] {
			fail("two have this name")
		}
		names[x.Name] = true
		if bad := i >= len(e.Good); bad != (len(x.Findings) > 0) {
			fail("it has %d findings: bad examples have some, good ones none", len(x.Findings))
		}
		x.check(fail)
	}
	return wrong
}

func (x Example) check(fail func(format string, args ...any)) {
	for _, f := range x.Findings {
		switch {
		case f.Message == "" || strings.HasSuffix(f.Message, "."):
			fail("finding %q: want a message that ends without a period", f.Message)
		case (f.Path == "") != (x.Request != nil) && x.Audit == nil:
			fail("finding %q: want a path, and none for a request", f.Message)
		}
	}
	if x.Request != nil {
		x.Request.check(fail)
		return
	}
	if x.Audit != nil {
		if _, err := x.Audit.Document(); err != nil {
			fail("%v", err)
		}
		return
	}
	count := len(x.Base) + len(x.Files)
	trees := []map[string]File{x.Base, x.Files}
	for _, s := range x.History {
		count, trees = count+len(s.Files), append(trees, s.Files)
	}
	if count == 0 {
		fail("it has no files")
	}
	for _, files := range trees {
		for name := range files {
			if name == "" || path.Clean(name) != name || path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
				fail("path %q is not clean and relative", name)
			}
		}
	}
}

func (r Request) check(fail func(format string, args ...any)) {
	want := map[string][2]bool{"CREATE": {true, false}, "UPDATE": {true, true}, "DELETE": {false, true}}
	if objects, ok := want[r.Operation]; !ok || objects != [2]bool{r.Object != nil, r.OldObject != nil} {
		fail("operation %q: CREATE has an object, DELETE an old_object, UPDATE both", r.Operation)
	}
	if r.User.Name == "" || strings.Count(r.Resource, "/") != 2 {
		fail("want a user's name and a resource group/version/resource")
	}
}
