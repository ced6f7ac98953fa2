package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var notebook = Waiver{
	Rule: "a/b", Path: "x/**/*.py", Reason: "it's only: a #test", Owner: "data-platform",
	Expires: Day{time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)},
}

const (
	item = "  - rule: a/b\n    path: x/**/*.py\n    reason: 'it''s only: a #test'\n    owner: data-platform\n    expires: 2026-12-31\n"
	flow = "{rule: a/b, path: x/**/*.py, reason: 'it''s only: a #test', owner: data-platform, expires: 2026-12-31}"

	other     = "{rule: c/d, path: y, reason: z, owner: o, expires: 2026-01-01}"
	otherItem = "  - rule: c/d\n    path: y\n    reason: z\n    owner: o\n    expires: 2026-01-01\n"
)

// TestAddWaiver: in every shape of file, one thing is added and nothing else
// changes.
func TestAddWaiver(t *testing.T) {
	shallow := strings.ReplaceAll(item, "\n  ", "\n")[2:]
	for name, c := range map[string]struct {
		before, want string
		line         int
	}{
		"no file":             {"", "version: 1\nwaivers:\n" + item, 3},
		"blank":               {"\n\n", "\n\nversion: 1\nwaivers:\n" + item, 5},
		"comments alone":      {"# ours\n", "# ours\nwaivers:\n" + item, 3},
		"a marker alone":      {"---\n", "---\nwaivers:\n" + item, 3},
		"no key":              {"version: 1 # only\nfail_on: warning\n", "version: 1 # only\nfail_on: warning\nwaivers:\n" + item, 4},
		"no last line end":    {"version: 1", "version: 1\nwaivers:\n" + item, 3},
		"indented":            {"  version: 1\n", "  version: 1\n  waivers:\n  " + strings.ReplaceAll(strings.TrimSuffix(item, "\n"), "\n", "\n  ") + "\n", 3},
		"ended document":      {"version: 1\n...\n# after\n", "version: 1\nwaivers:\n" + item + "...\n# after\n", 3},
		"kept block scalar":   {"rules:\n  a/b: {parameters: {x: |+\n      text\n\n    }}\n", "", 0},
		"last is literal":     {"rules:\n  a/b:\n    parameters:\n      x: |+\n        text\n\n", "rules:\n  a/b:\n    parameters:\n      x: |+\n        text\n\nwaivers:\n" + item, 8},
		"empty list":          {"waivers: []\nversion: 1\n", "waivers:\n" + item + "version: 1\n", 2},
		"empty list, noted":   {"waivers: [ ]  # none yet\n", "waivers:  # none yet\n" + item, 2},
		"null":                {"waivers:\n\nversion: 1\n", "waivers:\n" + item + "\nversion: 1\n", 2},
		"null, noted":         {"waivers: # none\nversion: 1\n", "waivers: # none\n" + item + "version: 1\n", 2},
		"tilde":               {"waivers: ~\n", "waivers:\n" + item, 2},
		"the word null":       {"waivers: null # none\n", "waivers: # none\n" + item, 2},
		"a list":              {"waivers:\n" + otherItem + "version: 1\n", "waivers:\n" + otherItem + item + "version: 1\n", 7},
		"shallow list":        {"waivers:\n- " + other + "\nversion: 1\n", "waivers:\n- " + other + "\n" + shallow + "version: 1\n", 3},
		"deep list":           {"waivers:\n      - " + other + "\n", "waivers:\n      - " + other + "\n    " + strings.ReplaceAll(strings.TrimSuffix(item, "\n"), "\n", "\n    ") + "\n", 3},
		"the key is quoted":   {"\"waivers\":\n" + otherItem, "\"waivers\":\n" + otherItem + item, 7},
		"comments around":     {"waivers: # of ours\n  # the other\n" + otherItem + "  # the end\n\n# rules\nrules: {}\n", "waivers: # of ours\n  # the other\n" + otherItem + item + "  # the end\n\n# rules\nrules: {}\n", 8},
		"comment in an item":  {"waivers:\n" + otherItem + "    # of the item\nversion: 1\n", "waivers:\n" + otherItem + "    # of the item\n" + item + "version: 1\n", 8},
		"blank lines between": {"waivers:\n\n" + otherItem + "\n\nversion: 1\n", "waivers:\n\n" + otherItem + item + "\n\nversion: 1\n", 8},
		"literal in an item":  {"waivers:\n  - {rule: c/d, path: y, owner: o, expires: 2026-01-01,\n     reason: z}\n  - rule: e/f\n    path: y\n    owner: o\n    expires: 2026-01-01\n    reason: |\n      because\n\n      of it\nversion: 1\n", "waivers:\n  - {rule: c/d, path: y, owner: o, expires: 2026-01-01,\n     reason: z}\n  - rule: e/f\n    path: y\n    owner: o\n    expires: 2026-01-01\n    reason: |\n      because\n\n      of it\n" + item + "version: 1\n", 12},
		"folded quotes":       {"waivers:\n  - rule: c/d\n    path: y\n    owner: o\n    expires: 2026-01-01\n    reason: \"because\n      - of it\"\n", "waivers:\n  - rule: c/d\n    path: y\n    owner: o\n    expires: 2026-01-01\n    reason: \"because\n      - of it\"\n" + item, 8},
		"flow list":           {"waivers: [" + other + "] # one\n", "waivers: [" + other + ", " + flow + "] # one\n", 1},
		"flow list, lines":    {"waivers: [\n  " + other + ", # one ]\n]\nversion: 1\n", "waivers: [\n  " + other + ", " + flow + " # one ]\n]\nversion: 1\n", 2},
		"flow list, quotes":   {"waivers: [{rule: c/d, path: y, reason: \"]\\\"}\", owner: 'it''s ]', expires: 2026-01-01}]\n", "waivers: [{rule: c/d, path: y, reason: \"]\\\"}\", owner: 'it''s ]', expires: 2026-01-01}, " + flow + "]\n", 1},
		"flow file":           {"{version: 1, fail_on: never}\n", "{version: 1, fail_on: never, waivers: [" + flow + "]}\n", 1},
		"flow file, empty":    {"{}", "{waivers: [" + flow + "]}", 1},
		"flow file, list":     {"{waivers: [" + other + "], version: 1}\n", "{waivers: [" + other + ", " + flow + "], version: 1}\n", 1},
		"JSON":                {"{\n  \"version\": 1\n}\n", "{\n  \"version\": 1, waivers: [" + flow + "]\n}\n", 2},
		"CRLF":                {"version: 1\r\nwaivers:\r\n" + strings.ReplaceAll(otherItem, "\n", "\r\n") + "fail_on: never\r\n", "version: 1\r\nwaivers:\r\n" + strings.ReplaceAll(otherItem+item, "\n", "\r\n") + "fail_on: never\r\n", 8},
		"CRLF, no key":        {"version: 1\r\n", "version: 1\r\nwaivers:\r\n" + strings.ReplaceAll(item, "\n", "\r\n"), 3},
		"CRLF, null":          {"waivers:\r\nversion: 1\r\n", "waivers:\r\n" + strings.ReplaceAll(item, "\n", "\r\n") + "version: 1\r\n", 2},
		"a mark first":        {"\ufeffversion: 1\n", "\ufeffversion: 1\nwaivers:\n" + item, 3},
		"wide characters":     {"waivers: [{rule: c/d, path: y, reason: é世, owner: ö, expires: 2026-01-01}] # é\n", "waivers: [{rule: c/d, path: y, reason: é世, owner: ö, expires: 2026-01-01}, " + flow + "] # é\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, line, err := AddWaiver(File, []byte(c.before), notebook)
			if c.want == "" {
				if err == nil {
					t.Errorf("written:\n%s", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if line != c.line {
				t.Errorf("line %d, want %d", line, c.line)
			}
		})
	}
}

func TestAddWaiverErrors(t *testing.T) {
	with := func(change func(*Waiver)) Waiver {
		w := notebook
		change(&w)
		return w
	}
	for name, c := range map[string]struct {
		before string
		waiver Waiver
		want   string
	}{
		"broken already":  {"rulez: {}", notebook, File + ": line 1: field rulez not found"},
		"there already":   {"waivers:\n- {rule: a/b, path: x/**/*.py, reason: z, owner: o, expires: 2026-01-01}", notebook, File + ": line 2: a/b is waived for x/**/*.py until 2026-01-01 already: change that waiver"},
		"no owner":        {"", with(func(w *Waiver) { w.Owner = " " }), "a waiver needs an owner"},
		"no reason":       {"", with(func(w *Waiver) { w.Reason = "" }), "a waiver needs a reason"},
		"no day":          {"", with(func(w *Waiver) { w.Expires = Day{} }), "a waiver needs the last day on which it holds"},
		"two lines":       {"", with(func(w *Waiver) { w.Reason = "a\nb" }), `reason "a\nb": want one line of plain text`},
		"hidden":          {"", with(func(w *Waiver) { w.Path = "a\u202eb" }), `path "a\u202eb": want one line of plain text`},
		"bad bytes":       {"", with(func(w *Waiver) { w.Path = "a\xff" }), `path "a\xff": want one line of plain text`},
		"bad pattern":     {"", with(func(w *Waiver) { w.Path = "[x" }), "*"},
		"UTF-16":          {"\xff\xfev\x00e\x00r\x00s\x00i\x00o\x00n\x00:\x00 \x001\x00\n\x00", notebook, "*it is not UTF-8"},
		"an alias":        {"waivers: &w [" + other + "]\nversion: 1\n", with(func(w *Waiver) {}), ""},
		"a list in parts": {"waivers: [\n]\n", notebook, "*its empty list is on several lines"},
	} {
		got, _, err := AddWaiver(File, []byte(c.before), c.waiver)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		part, partly := strings.CutPrefix(c.want, "*")
		if err == nil || partly && !strings.Contains(err.Error(), part) || !partly && err.Error() != c.want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
		}
	}
}

// FuzzAddWaiver: whatever the file, it is that file and one waiver more, or an
// error.
func FuzzAddWaiver(f *testing.F) {
	f.Add("version: 1\nwaivers:\n"+otherItem, "x", "y # z")
	f.Add("waivers: ["+other+"] # x\n", "*.py", "it's: \"x\"")
	f.Add("{version: 1}", "a", "- b")
	f.Add("waivers: # x\r\n", "&a", "*b")
	f.Fuzz(func(t *testing.T, before, path, reason string) {
		w := notebook
		w.Path, w.Reason = path, reason
		text, line, err := AddWaiver(File, []byte(before), w)
		if err != nil {
			return
		}
		c, err := Parse(File, text)
		if err != nil {
			t.Fatalf("cannot be read: %v\n%s", err, text)
		}
		found := 0
		for _, got := range c.Waivers {
			if got.Rule == w.Rule && got.Path == w.Path && got.Reason == w.Reason && got.Line == line {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d such waivers at line %d\n%s", found, line, text)
		}
	})
}
