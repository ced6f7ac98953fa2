package fix

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
)

// unwaive removes the waiver at a finding, with the comment above it. The edit counts
// only when the configuration reads the same but for that waiver.
func (p *planner) unwaive(f policy.Finding) (string, error) {
	const byHand = "remove it by hand"
	if !p.OwnConfig {
		return "it is not in " + config.File + ": " + byHand, nil
	}
	file, err := p.open(config.File)
	if err != nil {
		return "", err
	}
	before, err := config.Parse(config.File, file.after)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(before.Waivers, func(w config.Waiver) bool { return w.Line == f.Line })
	if i < 0 {
		return "there is no such waiver any more", nil
	}
	text, ok := withoutItem(string(file.after), i)
	if !ok {
		return byHand, nil
	}
	after, err := config.Parse(config.File, []byte(text))
	if err != nil || !same(before, after, i) {
		return byHand, nil //nolint:nilerr // the edit is what is wrong, not the file
	}
	file.after = []byte(text)
	return "", nil
}

// withoutItem removes the lines of one item of the block sequence `waivers`; false
// when it is written in another way.
func withoutItem(text string, i int) (string, bool) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) == 0 {
		return "", false
	}
	root := doc.Content[0]
	lines := strings.SplitAfter(text, "\n")
	for k := 0; k+1 < len(root.Content); k += 2 {
		key, list := root.Content[k], root.Content[k+1]
		if key.Value != "waivers" || list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 || i >= len(list.Content) {
			continue
		}
		end := len(lines) // behind the last line that can be the item's
		if k+2 < len(root.Content) {
			end = root.Content[k+2].Line - 1
		}
		if i+1 < len(list.Content) {
			end = list.Content[i+1].Line - 1
		}
		first := list.Content[i].Line - 1
		if !strings.HasPrefix(strings.TrimSpace(lines[first]), "- ") {
			return "", false
		}
		for first > key.Line && comment(lines[first-1]) {
			first-- // it is about the waiver
		}
		if len(list.Content) == 1 {
			first = key.Line - 1 // a key without items would be left
		}
		for end > first+1 && (comment(lines[end-1]) || strings.TrimSpace(lines[end-1]) == "") {
			end-- // it is about what comes next
		}
		return strings.Join(slices.Delete(lines, first, end), ""), true
	}
	return "", false
}

func comment(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "#") }

// same tells whether two configurations differ by the i-th waiver of the first alone.
func same(before, after config.Config, i int) bool {
	before.Source, after.Source = config.Source{}, config.Source{}
	before.Waivers, after.Waivers = slices.Delete(unplaced(before.Waivers), i, i+1), unplaced(after.Waivers)
	return reflect.DeepEqual(before, after)
}

// unplaced is a copy of waivers without their lines, which an edit moves.
func unplaced(waivers []config.Waiver) []config.Waiver {
	list := append([]config.Waiver{}, waivers...)
	for k := range list {
		list[k].Line = 0
	}
	return list
}
