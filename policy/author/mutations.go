package author

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/lotus-lake/lotus-gate/mutate/example"
	"github.com/lotus-lake/lotus-gate/policy"
)

// mutationResults answers the mutation examples under some paths.
func mutationResults(ctx context.Context, paths []string, match *regexp.Regexp) ([]*tester.Result, error) {
	const pkg = "data.mutations"
	files, err := find(paths, MutationsFile)
	if err != nil {
		return nil, err
	}
	var results []*tester.Result
	for _, file := range files {
		mutations, problems, err := readMutations(file)
		if err != nil {
			return nil, err
		}
		for _, p := range problems {
			results = append(results, &tester.Result{Location: location(p.Path, p.Line), Package: pkg, Name: "well_formed", Fail: true, Output: []byte(p.Text)})
		}
		if len(problems) > 0 {
			continue
		}
		for _, m := range mutations {
			name := fmt.Sprintf("patch[%q]", m.Name)
			if !match.MatchString(pkg + "." + name) {
				continue
			}
			begun := time.Now()
			wrong := judgeMutation(ctx, m)
			results = append(results, &tester.Result{
				Location: location(file, m.Line), Package: pkg, Name: name, Duration: time.Since(begun), Fail: wrong != "", Output: []byte(wrong),
			})
		}
	}
	return results, nil
}

// judgeMutation is "" when the webhook's answer is what the example expects, else what
// differs, written as it may stand in the file.
func judgeMutation(ctx context.Context, m example.Mutation) string {
	patch, warnings, err := m.Answer(ctx)
	if err != nil {
		return "left undone: " + err.Error()
	}
	want, got := answer(m.Patch, m.Warnings), answer(patch, warnings)
	if slices.Equal(want, got) {
		return ""
	}
	return strings.TrimRight(string(changes("answer as the example has it", want, "answer of the webhook", got)), "\n")
}

func answer(patch []example.Operation, warnings []string) []byte {
	// Through JSON, so that what YAML and the webhook have as different types is alike.
	var plain []example.Operation
	text, err := json.Marshal(patch)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		return []byte(err.Error() + "\n")
	}
	if len(plain) == 0 {
		plain = []example.Operation{}
	}
	shown := struct {
		Patch    []example.Operation `yaml:"patch"`
		Warnings []string            `yaml:"warnings,omitempty"`
	}{plain, warnings}
	return asYAML(shown)
}

func readMutations(file string) ([]example.Mutation, []Problem, error) {
	text, err := read(file)
	if err != nil {
		return nil, nil, err
	}
	mutations, err := example.Parse(text)
	return mutations, linesOf(file, err), nil
}

func checkMutations(file string) []Problem {
	_, problems, err := readMutations(file)
	var load *policy.LoadError
	if errors.As(err, &load) {
		return []Problem{{Path: file, Text: err.Error()}}
	}
	return problems
}
