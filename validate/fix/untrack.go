package fix

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/state"
)

// takeOut takes a file that should not be in git out of its index, and has git
// ignore it. One that holds other things too is left to people.
func (p *planner) takeOut(f policy.Finding) (string, error) {
	entry, ok, err := p.View.Entry(f.Path)
	if err != nil || !ok {
		return "there is no such file any more", err
	}
	whole, err := p.whole(entry)
	if err != nil {
		return "", err
	}
	if !whole {
		return "the file may hold other things too: take it out by hand", nil
	}
	if err := p.ignore(f.Path); err != nil {
		return "", err
	}
	if p.Tracked(f.Path) {
		p.untrack[f.Path] = true
	}
	if commit := p.Known(f.Path); commit != "" {
		return "it is in commit " + commit + " already: take it out of that too, see `gate explain " + f.Rule + "`", nil
	}
	return "", nil
}

// whole tells whether a file is nothing but what must not be in git: by its name, by
// being state from its first line on, or as an archive, which git takes or leaves.
func (p *planner) whole(e lake.Entry) (bool, error) {
	if _, ok := state.Name(e.Path); ok || e.Mode == lake.Symlink {
		return true, nil
	}
	data, err := p.View.Read(e)
	if err != nil {
		return false, err
	}
	if bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data) {
		return true, nil
	}
	doc := p.document("material", e.Path)
	found, _ := doc.Input["found"].([]any)
	return slices.ContainsFunc(found, func(thing any) bool {
		material, _ := thing.(map[string]any)
		via, _ := material["via"].([]any)
		return len(via) == 0
	}), nil
}

// ignore adds a pattern to the .gitignore of the root, unless it is there.
func (p *planner) ignore(file string) error {
	list, err := p.open(".gitignore")
	if err != nil {
		return err
	}
	pattern := patternFor(file)
	for line := range bytes.Lines(list.after) {
		if strings.TrimRight(string(line), "\r\n") == pattern {
			return nil
		}
	}
	text := slices.Clone(list.after)
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	list.after = append(text, pattern+"\n"...)
	return nil
}

// usual are the patterns by which repositories ignore what Terraform leaves behind.
var usual = []string{
	"*.tfstate", "*.tfstate.*", ".terraform/", "terraform.tfstate.d/", "*.tfplan", "tfplan", "crash.log", "crash.*.log", "*.tfvars", "*.tfvars.json",
}

// patternFor is the usual pattern that ignores a file, or one for the file alone.
func patternFor(file string) string {
	if _, ok := state.Name(file); ok {
		for _, pattern := range usual {
			if matches(pattern, file) {
				return pattern
			}
		}
	}
	escaped := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(file)
	if strings.HasSuffix(escaped, " ") {
		escaped = escaped[:len(escaped)-1] + `\ `
	}
	return "/" + escaped
}

// matches tells whether a usual pattern covers a path, as git reads it.
func matches(pattern, file string) bool {
	dir, isDir := strings.CutSuffix(pattern, "/")
	segments := strings.Split(file, "/")
	if isDir {
		return slices.Contains(segments[:len(segments)-1], dir)
	}
	ok, _ := path.Match(pattern, segments[len(segments)-1])
	return ok
}
