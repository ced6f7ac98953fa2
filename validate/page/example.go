// Package page renders what there is to say of a rule, from its METADATA and its
// examples alone: small repositories that the rule lets pass or refuses, which
// the tests execute.
package page

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Examples are what a rule's examples.yaml holds.
type Examples struct {
	Good []Example `yaml:"good"`
	Bad  []Example `yaml:"bad"`
}

// Example is a repository before and after a change or, with Request, an
// admission request or, with Audit, what an audit knows of one thing.
type Example struct {
	Line     int             `yaml:"-"` // where it begins in examples.yaml
	Name     string          `yaml:"name"`
	Why      string          `yaml:"why"`
	History  []State         `yaml:"history"`  // before base, oldest first; each says what changed
	Base     map[string]File `yaml:"base"`     // before the judged change; nil: nothing was there
	Files    map[string]File `yaml:"files"`    // what the change adds, replaces or (null) removes
	By       string          `yaml:"by"`       // "Name <e-mail>" of who commits the change, unsigned; "" for a change that is not committed
	Request  *Request        `yaml:"request"`  // instead of files
	Audit    *Audit          `yaml:"audit"`    // instead of files
	Findings []Finding       `yaml:"findings"` // all of the rule's, in the engine's order
}

// State is a commit of the past.
type State struct {
	Age   time.Duration   `yaml:"age"` // before now
	Files map[string]File `yaml:"files"`
}

// Finding is what the rule says of a bad example. Line 0 stands for 1; findings
// of requests have neither path nor line, those of audits only where they name a place.
type Finding struct {
	Path    string `yaml:"path"`
	Line    int    `yaml:"line"`
	Field   string `yaml:"field"`
	Message string `yaml:"message"`
}

// File is a file of an example: text, {base64: …} for bytes, {symlink: target},
// {ignored: text} for one that git ignores, or null for a deletion.
type File struct {
	Data    []byte
	Text    bool
	Symlink string
	Ignored bool // by git: it lies in the working tree and in no commit
}

// Deleted reports whether the file is removed. (The YAML library hands null to
// no decoder: it leaves the zero File.)
func (f File) Deleted() bool { return !f.Text && f.Data == nil && f.Symlink == "" }

// UnmarshalYAML reads the forms of a file.
func (f *File) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		f.Data, f.Text = []byte(node.Value), true
		return nil
	}
	if node.Kind != yaml.MappingNode || len(node.Content) != 2 {
		return fmt.Errorf("line %d: want a file's text, {base64: …}, {symlink: target} or {ignored: text}", node.Line)
	}
	switch key, value := node.Content[0], node.Content[1].Value; key.Value {
	case "symlink":
		f.Symlink = value
	case "ignored":
		f.Data, f.Text, f.Ignored = []byte(value), true, true
	case "base64":
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
		if err != nil {
			return fmt.Errorf("line %d: base64: %w", node.Line, err)
		}
		f.Data = append([]byte{}, data...)
	default:
		return fmt.Errorf("line %d: a file is not given by %q: want base64, symlink or ignored", key.Line, key.Value)
	}
	return nil
}
