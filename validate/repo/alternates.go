package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxAlternates is how deeply alternates may nest, as in git.
const maxAlternates = 5

// objectDirs lists the object directories in the order git looks into them: the repository's own (in a pre-receive hook
// the quarantine, by GIT_OBJECT_DIRECTORY), then those of GIT_ALTERNATE_OBJECT_DIRECTORIES, then info/alternates of each,
// recursively. One that is reached twice is listed once. An alternate that does not exist is left out, as in git:
// what only it holds is then missing.
func objectDirs(commonDir string, getenv func(string) string, from func(string) string) ([]string, error) {
	l := alternateList{seen: make(map[string]bool)}
	own := firstOf(from, getenv("GIT_OBJECT_DIRECTORY"), filepath.Join(commonDir, "objects"))
	if info, err := os.Stat(own); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("object directory %s: %w", own, ErrNotRepository)
	}
	l.see(own)
	l.dirs = append(l.dirs, own)
	for _, path := range splitAlternates(getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"), filepath.ListSeparator) {
		if err := l.add(from(path), 0); err != nil {
			return nil, err
		}
	}
	if err := l.file(own, 0); err != nil {
		return nil, err
	}
	return l.dirs, nil
}

type alternateList struct {
	dirs []string
	seen map[string]bool
}

// see tells whether a directory is met for the first time, by whatever path.
func (l *alternateList) see(dir string) bool {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil || l.seen[real] {
		return false
	}
	l.seen[real] = true
	return true
}

func (l *alternateList) add(dir string, depth int) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || !l.see(dir) {
		return nil
	}
	l.dirs = append(l.dirs, dir)
	return l.file(dir, depth+1)
}

// file adds what info/alternates in an object directory names.
func (l *alternateList) file(dir string, depth int) error {
	path := filepath.Join(dir, "info", "alternates")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read alternates: %w", err)
	}
	if depth > maxAlternates {
		return corrupt(path, "alternates nest more than %d deep", maxAlternates)
	}
	for _, line := range splitAlternates(string(data), '\n') {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if err := l.add(resolve(dir, line), depth); err != nil {
			return err
		}
	}
	return nil
}

// splitAlternates splits a list of paths, any of which may be quoted as git quotes paths.
func splitAlternates(list string, separator byte) []string {
	var paths []string
	for list != "" {
		var path string
		if unquoted, rest, ok := unquote(list); ok {
			path = unquoted
			_, list, _ = strings.Cut(rest, string(separator))
		} else {
			path, list, _ = strings.Cut(list, string(separator))
		}
		if path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

// unquote reads a C-style quoted string at the beginning of s.
func unquote(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	const letters, bytes = `abfnrtv\"`, "\a\b\f\n\r\t\v\\\""
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return out.String(), s[i+1:], true
		case c != '\\':
			out.WriteByte(c)
		case i+1 == len(s):
			return "", s, false
		default:
			i++
			if j := strings.IndexByte(letters, s[i]); j >= 0 {
				out.WriteByte(bytes[j])
				continue
			}
			if i+3 > len(s) || !isOctal(s[i:i+3]) || s[i] > '3' {
				return "", s, false
			}
			out.WriteByte((s[i]-'0')<<6 | (s[i+1]-'0')<<3 | (s[i+2] - '0'))
			i += 2
		}
	}
	return "", s, false
}

func isOctal(s string) bool {
	return strings.Trim(s, "01234567") == ""
}
