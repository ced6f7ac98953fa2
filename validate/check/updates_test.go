package check

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/repo"
)

const (
	oneID = "1111111111111111111111111111111111111111"
	twoID = "2222222222222222222222222222222222222222"
	noID  = "0000000000000000000000000000000000000000"
)

func hash(t *testing.T, id string) repo.Hash {
	t.Helper()
	h, err := repo.ParseHash(id)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestReadUpdates(t *testing.T) {
	one, two := hash(t, oneID), hash(t, twoID)
	for name, c := range map[string]struct {
		text string
		want []Update
		err  string
	}{
		"nothing":         {},
		"moved":           {text: oneID + " " + twoID + " refs/heads/main\n", want: []Update{{one, two, "refs/heads/main"}}},
		"without an end":  {text: noID + " " + twoID + " refs/heads/main", want: []Update{{repo.Hash{}, two, "refs/heads/main"}}},
		"several":         {text: oneID + " " + noID + " refs/tags/v1\n" + noID + " " + oneID + " refs/heads/näher\n", want: []Update{{one, repo.Hash{}, "refs/tags/v1"}, {repo.Hash{}, one, "refs/heads/näher"}}},
		"blanks in a ref": {text: oneID + " " + twoID + " refs/heads/a b\n", want: []Update{{one, two, "refs/heads/a b"}}},
		"two fields":      {text: oneID + " " + twoID + "\n", err: `line 1: "` + oneID + " " + twoID + `": want "<old> <new> <ref>", as git gives them to a pre-receive hook`},
		"an empty line":   {text: oneID + " " + twoID + " refs/heads/a\n\n", err: `line 2: "": want "<old> <new> <ref>", as git gives them to a pre-receive hook`},
		"no full ref":     {text: oneID + " " + twoID + " main\n", err: `line 1: "` + oneID + " " + twoID + ` main": want "<old> <new> <ref>", as git gives them to a pre-receive hook`},
		"a short id":      {text: oneID + " 22 refs/heads/a\n", err: `line 1: object name "22": want 40 hexadecimal digits`},
		"no digits":       {text: strings.Repeat("x", 40) + " " + twoID + " refs/heads/a\n", err: `line 1: object name "` + strings.Repeat("x", 40) + `": encoding/hex: invalid byte: U+0078 'x'`},
		"a long line":     {text: oneID + " " + twoID + " refs/heads/" + strings.Repeat("a", 1<<17), err: "bufio.Scanner: token too long"},
		"too many":        {text: strings.Repeat(oneID+" "+twoID+" refs/heads/a\n", maxUpdates+1), err: "more than 100000 refs in one push"},
	} {
		got, err := ReadUpdates(strings.NewReader(c.text))
		if said := fmt.Sprint(err); err != nil && said != c.err || err == nil && c.err != "" {
			t.Errorf("%s: error %v, want %q", name, err, c.err)
		}
		if diff := cmp.Diff(c.want, got); err == nil && diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	broken := errors.New("closed")
	if _, err := ReadUpdates(io.MultiReader(strings.NewReader(oneID+" "+twoID+" refs/heads/a\n"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a broken pipe: %v", err)
	}
}

// FuzzReadUpdates: whatever comes is an error, or lines that say the same when
// they are written again.
func FuzzReadUpdates(f *testing.F) {
	for _, seed := range []string{
		"", "\n", oneID + " " + twoID + " refs/heads/main\n", noID + " " + oneID + " refs/tags/\xff\n", oneID + " " + twoID + " refs/x y\r\n", "0 0 refs/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		updates, err := ReadUpdates(strings.NewReader(text))
		if err != nil {
			return
		}
		var again strings.Builder
		for _, u := range updates {
			fmt.Fprintf(&again, "%s %s %s\n", u.Old, u.New, u.Ref)
		}
		same, err := ReadUpdates(strings.NewReader(again.String()))
		if err != nil {
			t.Fatalf("%q: %v", again.String(), err)
		}
		if diff := cmp.Diff(updates, same); diff != "" {
			t.Errorf("%q (-first +again):\n%s", text, diff)
		}
		if count := len(strings.Split(strings.TrimSuffix(text, "\n"), "\n")); text != "" && len(updates) != count {
			t.Errorf("%d updates in %d lines", len(updates), count)
		}
	})
}
