package parse

import (
	"bytes"
	"path"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// ScriptLine is a line of a script that mentions terraform, tofu or terragrunt: without comments, continuation lines
// joined, white space reduced to single blanks. The position is that of its first word: line and byte column from 1.
type ScriptLine struct {
	Text         string
	Line, Column int
}

// scriptKind is how the commands of a file are found.
type scriptKind int

const (
	noScript scriptKind = iota
	plainScript
	pipeline // YAML of a CI system: the values of `run`, `script` and their like
)

var scriptName = lazy.Regexp(`(?i)(^(gnu)?makefile(\..*)?|\.mk|\.sh|\.bash|\.zsh|\.ksh|\.ps1|\.bats|^justfile|\.just|^jenkinsfile(\..*)?|` +
	`^(docker|container)file(\..*)?|\.(docker|container)file|^procfile|^\.envrc|^earthfile)$`)

var pipelineName = lazy.Regexp(`(?i)(^|/)(\.(github|gitea|forgejo)/(workflows|actions)/.*\.ya?ml|action\.ya?ml|\.gitlab-ci[^/]*\.ya?ml|\.gitlab/.*\.ya?ml|` +
	`\.circleci/.*\.ya?ml|azure-pipelines[^/]*\.ya?ml|\.azure/.*\.ya?ml|bitbucket-pipelines\.ya?ml|\.(drone|travis|appveyor|cirrus)\.ya?ml|` +
	`\.woodpecker(/.*)?\.ya?ml|\.buildkite/.*\.ya?ml|(docker-)?compose[^/]*\.ya?ml|taskfile\.ya?ml|cloudbuild\.ya?ml|buildspec\.ya?ml|\.pre-commit-config\.ya?ml)$`)

func kindOfScript(file string, data []byte) scriptKind {
	switch {
	case scriptName().MatchString(path.Base(file)):
		return plainScript
	case pipelineName().MatchString(file):
		return pipeline
	case bytes.HasPrefix(data, []byte("#!")):
		first, _, _ := bytes.Cut(data, []byte("\n"))
		if bytes.Contains(first, []byte("sh")) || bytes.Contains(first, []byte("make")) || bytes.Contains(first, []byte("just")) {
			return plainScript
		}
	}
	return noScript
}

// tools matches the commands as words of their own, which file names such as terraform.tfstate and setup-terraform are not.
var tools = lazy.Regexp(`(^|[^\w.-])(terraform|tofu|terragrunt)($|[^\w.-])`)

// ScriptRelevant is false for files in which ScriptLines surely finds nothing, whatever their size.
func ScriptRelevant(file string, data []byte) bool {
	return (bytes.Contains(data, []byte("terra")) || bytes.Contains(data, []byte("tofu"))) && kindOfScript(file, data) != noScript
}

// ScriptLines returns the lines of a script, Makefile, Dockerfile or CI file that mention one of the tools; nil for
// other files and for those larger than MaxCodeBytes.
func ScriptLines(file string, data []byte) []ScriptLine {
	if len(data) > MaxCodeBytes || !ScriptRelevant(file, data) || !tools().Match(data) {
		return nil
	}
	if kindOfScript(file, data) == pipeline {
		return pipelineLines(data)
	}
	lines := LinesOf(data)
	return commandLines(data, lines.place)
}

// commandLines finds the lines in shell text; locate tells where an offset of it is in the file.
func commandLines(text []byte, locate func(offset int) (line, column int)) []ScriptLine {
	masked := lexCode("shell", text).masked
	var found []ScriptLine
	for at := 0; at < len(masked); {
		start := at
		var logical []byte
		for {
			end := at + bytes.IndexByte(masked[at:], '\n')
			if end < at {
				end = len(masked)
			}
			line := bytes.TrimRight(masked[at:end], " \t\r")
			at = end + 1
			joined, more := bytes.CutSuffix(line, []byte(`\`))
			logical = append(append(logical, joined...), ' ')
			if !more || at >= len(masked) {
				break
			}
		}
		if !tools().Match(logical) {
			continue
		}
		s := ScriptLine{Text: strings.Join(strings.Fields(string(logical)), " ")}
		first := start + len(masked[start:]) - len(bytes.TrimLeft(masked[start:], " \t"))
		s.Line, s.Column = locate(first)
		found = append(found, s)
	}
	return found
}
