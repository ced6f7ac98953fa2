package report

import (
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// step is a part of a remedy: a paragraph, or lines to paste as they stand.
type step struct {
	prose string
	paste []string
	shell bool // paste is commands
}

// steps takes a remedy apart. To be pasted are commands, which are `what stands
// between backticks` outside of parentheses and begins with the name of a program,
// and the lines that follow one with a colon at its end. All else is prose.
func steps(remedy string) []step {
	var list []step
	for paragraph := range strings.SplitSeq(remedy, "\n\n") {
		prose := ""
		lines := strings.Split(strings.Trim(paragraph, "\n"), "\n")
		for i, line := range lines {
			prose += " " + line
			if strings.HasSuffix(line, ":") && i+1 < len(lines) {
				list = append(append(list, parted(prose)...), step{paste: lines[i+1:]})
				prose = ""
				break
			}
		}
		list = append(list, parted(prose)...)
	}
	return joined(list)
}

// programs are what a command to paste begins with.
var programs = []string{
	"cat", "cp", "curl", "dbt", "dlt", "docker", "echo", "flux", "gate", "git", "helm", "kubectl", "make", "mkdir", "mv", "npm",
	"openssl", "pip", "printf", "python", "python3", "rm", "sed", "sh", "sops", "terraform", "tofu",
}

func isCommand(code string) bool {
	program, _, more := strings.Cut(code, " ")
	return more && slices.Contains(programs, program)
}

// parted breaks a paragraph at the commands in it.
func parted(paragraph string) []step {
	var list []step
	prose, depth := "", 0
	for _, s := range spans(strings.TrimSpace(paragraph)) {
		switch {
		case !s.code:
			prose += s.text
			for _, r := range s.text {
				switch r {
				case '(':
					depth++
				case ')':
					depth = max(depth-1, 0)
				}
			}
		case depth == 0 && isCommand(s.text):
			list = append(list, step{prose: prose}, step{paste: []string{s.text}, shell: true})
			prose = ""
		default:
			prose += "`" + s.text + "`"
		}
	}
	return append(list, step{prose: prose})
}

// connection is what stands between two commands and says nothing but that the
// second comes after the first.
var connection = lazy.Regexp(`^[\s,;.]*((and|then|and then) *)?$`)

// joined puts commands together that only a connection parts, and drops the
// punctuation that stood behind a command.
func joined(list []step) []step {
	var out []step
	for i, s := range list {
		after := len(out) > 0 && out[len(out)-1].shell
		switch s.prose = strings.TrimSpace(s.prose); {
		case s.shell && after:
			last := &out[len(out)-1]
			last.paste = append(last.paste, s.paste...)
			continue
		case s.paste != nil:
		case after && i+1 < len(list) && list[i+1].shell && connection().MatchString(s.prose):
			continue
		case after:
			s.prose = strings.TrimLeft(s.prose, ",;:. ")
		}
		if s.prose != "" || s.paste != nil {
			out = append(out, s)
		}
	}
	return out
}

// filled names the files in the commands that have a <file> in them: once for
// each file, as a shell reads it.
func filled(list []step, paths []string) []step {
	if len(paths) == 0 || len(paths) > mostFilled {
		return list
	}
	for i, s := range list {
		var lines []string
		for _, line := range s.paste {
			if !s.shell || !strings.Contains(line, filePlaceholder) {
				lines = append(lines, line)
				continue
			}
			for _, path := range paths {
				lines = append(lines, strings.ReplaceAll(line, filePlaceholder, shellWord(path)))
			}
		}
		list[i].paste = lines
	}
	return list
}

const (
	filePlaceholder = "<file>"
	mostFilled      = 5 // files; for more, what is to be done to each is said once
)

var plainShell = lazy.Regexp(`^[A-Za-z0-9_./][A-Za-z0-9_./:@%+=,-]*$`)

// shellWord quotes a path for a shell, and so that neither a program nor git takes
// its beginning for something else.
func shellWord(path string) string {
	if strings.HasPrefix(path, "-") || strings.HasPrefix(path, ":") {
		path = "./" + path
	}
	if plainShell().MatchString(path) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// remedySteps is a remedy of some findings, ready to be shown. A file whose name
// cannot be shown as it is, or stands for others in git, is not filled in.
func remedySteps(remedy string, of ...finding) []step {
	var paths []string
	for _, f := range of {
		if f.Path != f.raw.Path || f.Path == "" || strings.ContainsAny(f.Path, `*?[\`) {
			return steps(remedy)
		}
		if !slices.Contains(paths, f.Path) {
			paths = append(paths, f.Path)
		}
	}
	return filled(steps(remedy), paths)
}

// span is a part of a paragraph: text, or what stands `between backticks`.
type span struct {
	text string
	code bool
}

// spans splits a paragraph at its backticks; one without a partner is text.
func spans(prose string) []span {
	var list []span
	for prose != "" {
		before, rest, found := strings.Cut(prose, "`")
		code, after, closed := strings.Cut(rest, "`")
		if !found || !closed || code == "" {
			return append(list, span{text: prose})
		}
		if before != "" {
			list = append(list, span{text: before})
		}
		list, prose = append(list, span{text: code, code: true}), after
	}
	return list
}
