package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// step is one thing that a remedy says to do.
type step func(t *testing.T, m *mending)

// command runs a command that the remedy prints; values fill placeholders that the
// finding's place does not fill: a name, its value, and so on.
func command(printed string, values ...string) step {
	return func(t *testing.T, m *mending) {
		t.Helper()
		m.saying(t, "`"+printed+"`")
		m.ran[printed] = true
		line := fill(printed, m.findings[0], values)
		if placeholder.MatchString(line) {
			t.Fatalf("nothing fills %s", line)
		}
		if out, err := m.shell(t, line); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
}

var placeholder = regexp.MustCompile(`<[a-z]+>`)

// edit does in a file what the remedy says in some words: it puts one text in
// the place of another, wherever that is; in the place of nothing, at the end. When
// the words are code that the remedy quotes, one of the two must hold it.
func edit(words, file, old, new string) step {
	return func(t *testing.T, m *mending) {
		t.Helper()
		m.saying(t, words)
		for _, f := range m.findings {
			if strings.Contains(f.Remedy, "`"+words+"`") && !literally(words).MatchString(old) && !literally(words).MatchString(new) {
				t.Fatalf("the remedy says `%s`, and the edit is another: %s", words, new)
			}
		}
		name := filepath.Join(m.work, filepath.FromSlash(file))
		data, err := os.ReadFile(name)
		if err != nil && (old != "" || !os.IsNotExist(err)) {
			t.Fatal(err)
		}
		text := string(data)
		switch {
		case old == "":
			text += new
		case !strings.Contains(text, old):
			t.Fatalf("%s does not hold %q:\n%s", file, old, text)
		default:
			text = strings.ReplaceAll(text, old, new)
		}
		m.write(t, file, text)
	}
}

// literally matches code of a remedy, whatever stands for <name>, NAME and ….
func literally(code string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(code)
	for _, open := range []string{`<[a-z]+>`, `\bNAME\b`, `…`} {
		pattern = regexp.MustCompile(open).ReplaceAllString(pattern, `.+?`)
	}
	return regexp.MustCompile(pattern)
}

// drop deletes a file, as the remedy says in some words.
func drop(words, file string) step {
	return func(t *testing.T, m *mending) {
		t.Helper()
		m.saying(t, words)
		if err := os.Remove(filepath.Join(m.work, filepath.FromSlash(file))); err != nil {
			t.Fatal(err)
		}
	}
}

// paste appends the block of code that the remedy prints after its first line.
func paste(file string) step {
	return func(t *testing.T, m *mending) {
		t.Helper()
		_, block, ok := strings.Cut(m.findings[0].Remedy, ":\n")
		if !ok {
			t.Fatalf("no block in %s", m.findings[0].Remedy)
		}
		edit(block, file, "", block+"\n")(t, m)
	}
}

// pushed pushes what was mended so far, which is accepted: the remedy takes more
// than one push.
func pushed() step {
	return func(t *testing.T, m *mending) {
		t.Helper()
		m.commitAt(t, time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC))
		m.accepted(t)
	}
}

// next pushes what was mended so far, which uncovers the finding of another rule (or
// one more of the same): its remedy is followed from then on.
func next(rule string) step {
	return func(t *testing.T, m *mending) {
		t.Helper()
		m.commitAt(t, time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC))
		m.refusedBy(t, rule)
	}
}
