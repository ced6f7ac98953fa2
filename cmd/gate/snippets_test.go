package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// snippet is a fenced block of a page.
type snippet struct {
	page, language, text string
	line                 int
}

var fence = regexp.MustCompile("(?ms)^( *)```(\\w+)\n(.*?)^ *```$")

func snippets(t *testing.T) []snippet {
	t.Helper()
	var list []snippet
	for _, pattern := range []string{"*.md", "docs/*.md", "charts/*/README.md", "examples/*.md", "examples/*/README.md"} {
		pages, err := filepath.Glob(rootFile(pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			text := read(t, page)
			for _, at := range fence.FindAllStringSubmatchIndex(text, -1) {
				body := strings.ReplaceAll("\n"+text[at[6]:at[7]], "\n"+text[at[2]:at[3]], "\n")
				name, _ := filepath.Rel(rootFile(), page)
				list = append(list, snippet{name, text[at[4]:at[5]], body[1:], 1 + strings.Count(text[:at[0]], "\n")})
			}
		}
	}
	return list
}

// notChecked are languages of blocks that nothing here can read.
var notChecked = map[string]string{
	"mermaid": "a drawing", "dockerfile": "built by hand", "rego": "of an author, whose steps are a test", "text": "prose", "console": "a session", "promql": "a query", "lua": "of an editor",
}

// TestSnippets reads every block of code in README and docs: shell that does not parse, a
// gate command or flag that is not there, YAML and JSON that do not parse fail. (The
// pages of rules are made of examples that are run.)
func TestSnippets(t *testing.T) {
	commands := 0
	for _, s := range snippets(t) {
		var err error
		switch s.language {
		case "sh", "bash":
			cmd := exec.CommandContext(t.Context(), "sh", "-n")
			cmd.Stdin = strings.NewReader(placeholders.ReplaceAllString(s.text, "X"))
			var said []byte
			if said, err = cmd.CombinedOutput(); err != nil {
				err = errors.New(string(said))
			}
			for line := range strings.Lines(s.text) {
				if words := gateCommand(line); words != nil {
					commands++
					if err := parses(words); err != nil {
						t.Errorf("%s:%d: %s: %v", s.page, s.line, strings.TrimSpace(line), err)
					}
				}
			}
		case "yaml":
			dec := yaml.NewDecoder(strings.NewReader(s.text))
			for err == nil {
				err = dec.Decode(new(any))
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
		case "json":
			err = json.Unmarshal([]byte(s.text), new(any))
		default:
			if notChecked[s.language] == "" {
				t.Errorf("%s:%d: a block of %s, which nobody checks", s.page, s.line, s.language)
			}
		}
		if err != nil {
			t.Errorf("%s:%d: %v", s.page, s.line, err)
		}
	}
	if commands < 15 {
		t.Errorf("%d gate commands found: where are the others?", commands)
	}
}

var (
	placeholders = regexp.MustCompile(`<[a-z_ -]+>`)
	gateLine     = regexp.MustCompile(`^(?:[$] )?(?:exec )?(?:\S*/)?gate ([a-z-]+[^|;&>#]*)`)
)

// gateCommand gives the words of a gate command that a line begins with.
func gateCommand(line string) []string {
	found := gateLine.FindStringSubmatch(strings.TrimSpace(line))
	if found == nil {
		return nil
	}
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(found[1]), `\`))
	for i, w := range words {
		words[i] = strings.Trim(w, `"'`)
	}
	return words
}

// parses tells whether the gate has such a command with such flags.
func parses(words []string) error {
	cmd, rest, err := newRoot().Find(words)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	return cmd.ParseFlags(rest)
}
