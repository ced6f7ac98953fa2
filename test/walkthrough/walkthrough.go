// Package walkthrough reads a page of the documentation as steps that tests execute,
// so that no command of it is untried.
package walkthrough

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Step is one fenced block of a page: commands, with what they say, or a file.
type Step struct {
	Line    int      // of the fence
	Script  string   // of a block ```sh; "" for a file
	Fails   bool     // ```sh fails: the last command is to end with an error
	Cluster bool     // ```sh cluster: the commands are for a cluster
	Says    []string // lines of the block ```text that follows
	File    string   // of any other block whose paragraph before ends with `path`:
	Text    string
}

var (
	fence = regexp.MustCompile("^```(\\w+)((?: \\w+)*)$")
	named = regexp.MustCompile("`([^`]+)`:$")
)

// Read the steps of a page, in its order.
func Read(path string) ([]Step, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var steps []Step
	before := "" // the last line that is not empty
	lines := strings.Split(string(raw), "\n")
	for i := 0; i < len(lines); i++ {
		opened := fence.FindStringSubmatch(lines[i])
		if opened == nil {
			if strings.HasPrefix(lines[i], "```") {
				return nil, fmt.Errorf("%s:%d: a fence without a language", path, i+1)
			}
			if lines[i] != "" {
				before = lines[i]
			}
			continue
		}
		at := i + 1
		var body []string
		for i++; i < len(lines) && lines[i] != "```"; i++ {
			body = append(body, lines[i])
		}
		if i == len(lines) {
			return nil, fmt.Errorf("%s:%d: the fence is not closed", path, at)
		}
		text := strings.Join(body, "\n") + "\n"
		name := named.FindStringSubmatch(before)
		switch {
		case opened[1] == "sh":
			steps = append(steps, Step{
				Line: at, Script: text, Fails: strings.Contains(opened[2], "fails"), Cluster: strings.Contains(opened[2], "cluster"),
			})
		case opened[1] == "text" && len(steps) > 0 && steps[len(steps)-1].Script != "":
			steps[len(steps)-1].Says = body
		case opened[1] != "text" && name != nil:
			steps = append(steps, Step{Line: at, File: name[1], Text: text})
		}
		before = ""
	}
	return steps, nil
}

// Lacks names the lines that output does not have. One that ends with … is the
// beginning of a line.
func (s Step) Lacks(output string) []string {
	had := strings.Split(output, "\n")
	for i, line := range had {
		had[i] = strings.TrimRight(line, " \r")
	}
	return slices.DeleteFunc(slices.Clone(s.Says), func(line string) bool {
		beginning, cut := strings.CutSuffix(line, "…")
		return slices.ContainsFunc(had, func(is string) bool { return is == line || cut && strings.HasPrefix(is, beginning) })
	})
}
