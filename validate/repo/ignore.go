package repo

import (
	"bytes"
	"io"
	"os"
	"strings"
	"syscall"
)

// ignorePattern is one line of a .gitignore file.
type ignorePattern struct {
	text    string
	literal int  // how many bytes it begins with that no wildcard follows from
	negated bool // "!": not ignored after all
	dirOnly bool // a final slash: matches directories only
	byName  bool // no other slash: matches the last component, at any depth
}

// ignoreList is the patterns of one file, which hold for what lies under base.
type ignoreList struct {
	base     string // with a final slash, or empty
	patterns []ignorePattern
}

// readIgnoreFile reads a file of patterns; one that cannot be read, like one that is not there, has none, as in git. A
// .gitignore that is a symlink is not followed.
func readIgnoreFile(path, base string, follow bool) ignoreList {
	flags := os.O_RDONLY
	if !follow {
		flags |= syscall.O_NOFOLLOW
	}
	f, err := os.OpenFile(path, flags|syscall.O_NONBLOCK, 0)
	if err != nil {
		return ignoreList{}
	}
	defer f.Close()
	const limit = 100 << 20 // git reads no larger ones either
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return ignoreList{}
	}
	return ignoreList{base, parseIgnore(data)}
}

func parseIgnore(data []byte) []ignorePattern {
	var patterns []ignorePattern
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) {
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		if text = trimSpaces(text); text == "" || text[0] == '#' {
			continue
		}
		patterns = append(patterns, newIgnorePattern(text))
	}
	return patterns
}

// trimSpaces removes final spaces, but for one that a backslash keeps.
func trimSpaces(s string) string {
	end := 0 // after the last byte that stays
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
			end = min(i+1, len(s))
		} else if s[i] != ' ' {
			end = i + 1
		}
	}
	return s[:end]
}

func newIgnorePattern(text string) ignorePattern {
	var p ignorePattern
	text, p.negated = strings.CutPrefix(text, "!")
	text, p.dirOnly = strings.CutSuffix(text, "/")
	p.byName = !strings.Contains(text, "/")
	if !p.byName {
		text = strings.TrimPrefix(text, "/")
	}
	p.text = text
	if p.literal = strings.IndexAny(text, `*?[\`); p.literal < 0 {
		p.literal = len(text)
	}
	return p
}

// matches tells whether the pattern matches a path seen from the directory of its file.
func (p *ignorePattern) matches(path, name string, isDir bool) bool {
	if p.dirOnly && !isDir {
		return false
	}
	if p.byName {
		if p.literal == len(p.text) {
			return p.text == name
		}
		return wildmatch(p.text, name, false)
	}
	// git compares what comes before the first wildcard as it is, and only the rest as a pattern.
	literal := p.text[:p.literal]
	if !strings.HasPrefix(path, literal) {
		return false
	}
	return wildmatch(p.text[p.literal:], path[p.literal:], true)
}

// ignored decides about a path by the last pattern that matches in the most important list that has one; lists come in
// order of importance, most important last.
func ignored(lists []ignoreList, path string, isDir bool) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	for i := len(lists) - 1; i >= 0; i-- {
		l := &lists[i]
		below, ok := strings.CutPrefix(path, l.base)
		if !ok {
			continue
		}
		for j := len(l.patterns) - 1; j >= 0; j-- {
			if p := &l.patterns[j]; p.matches(below, name, isDir) {
				return !p.negated
			}
		}
	}
	return false
}
