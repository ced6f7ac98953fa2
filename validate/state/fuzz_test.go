package state

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func seeds() []string {
	return []string{
		"", "{", stateV4, stateCompact, stateV3, stub, encryptedStateJSON, showPlan, lockJSON, stateV4[:200], quoted(quoted(stateCompact)),
		gz(stateCompact), gz(stateV4)[:300], bzipped(), planZip(), planZip()[:500], tarred(file{"a.tfvars", "x"}, file{"b", gz(stateCompact)}),
		b64(gz(stateCompact)), wrap(b64(stateCompact), 64, "  "), wide16(stateCompact, binary.LittleEndian, true), wide32(lockJSON, binary.BigEndian),
		stateSecret("tfstate-default-x", b64(gz(stateCompact))), "kind: List\nitems:\n- &a {kind: Secret, data: {tfstate: *a}}\n",
		`{"kind":"SecretList","items":[{"metadata":{"name":"tfplan-x"},"data":{"tfplan":"` + b64("x") + `"}}]}`,
		"```json\n" + excerptV4 + "```", "\xfd7zXZ\x00 and more than eighteen bytes", rawZip("a", 1, 8, "xx"), "#!/bin/sh\n" + gz(stateCompact),
		`{"version":4,"\u006cineage":"x","serial":1,"resources":[]}`,
	}
}

// FuzzContent holds the promises that do not depend on what the bytes are: no panic, the same answer twice, lines within the file, the
// limits on the answer's size, and Quick true wherever the inspection without it has something to say.
func FuzzContent(f *testing.F) {
	for _, seed := range seeds() {
		f.Add("a.json", seed)
		f.Add("README.md", seed)
	}
	f.Fuzz(func(t *testing.T, path, data string) {
		lim := Limits{Depth: 4, MaxUnpacked: mebibyte, MaxRatio: 100, MaxMembers: 50}
		found, notes := Content(path, []byte(data), lim)
		again, notesAgain := Content(path, []byte(data), lim)
		if diff := cmp.Diff(result{found, notes}, result{again, notesAgain}); diff != "" {
			t.Errorf("differs from one call to the next:\n%s", diff)
		}
		lineCount := strings.Count(data, "\n") + strings.Count(data, "\x0a\x00") + 1
		for _, m := range found {
			if m.Form == "" || m.Line < 1 || m.Line > lineCount {
				t.Errorf("%+v in %d lines", m, lineCount)
			}
		}
		if len(found) > maxMaterials || len(notes) > maxNotes {
			t.Errorf("%d found, %d notes", len(found), len(notes))
		}
		if len(found)+len(notes) == 0 || Quick([]byte(data)) {
			return
		}
		t.Errorf("Quick is false, yet Content says %v %v", found, notes)
	})
}

// FuzzQuick compares Quick with what the parts of the inspection say when nothing is filtered before them.
func FuzzQuick(f *testing.F) {
	for _, seed := range seeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		if Quick([]byte(data)) || len(data) < smallest {
			return
		}
		lim := Limits{Depth: 4, MaxUnpacked: mebibyte, MaxRatio: 100, MaxMembers: 50}
		in := inspector{lim: lim, work: workPerByte * mebibyte, manifests: manifestBytes}
		at := place{path: "a", line: 1}
		in.open(sniff([]byte(data)), []byte(data), at)
		in.text([]byte(data), at)
		in.behind([]byte(data), at)
		if unescaped, ok := unescape([]byte(data)); ok {
			in.text(unescaped, at)
		}
		if len(in.found)+len(in.notes) > 0 {
			t.Errorf("Quick is false, yet there is %v %v", in.found, in.notes)
		}
	})
}

// FuzzHiding wraps a state in arbitrary text, in arbitrary order: it is found, unless the text around makes it part of
// something else.
func FuzzHiding(f *testing.F) {
	f.Add("#!/bin/sh\necho \"a\" 'b\n", "\nexit\n", uint8(0))
	f.Add("", "", uint8(1))
	f.Add("x: |\n  ", "\n{[\"", uint8(2))
	f.Fuzz(func(t *testing.T, before, after string, how uint8) {
		hidden := []string{stateV4, b64(gz(stateV4)), wrap(b64(stateV4), 76, "  ")}[how%3]
		data := []byte(before + "\n\n=====\n" + hidden + "\n====\n\n" + after)
		if enc, ok := sniffWide(data); ok && enc != utf8BOM || sniff(data) != plain {
			t.Skip("the text before makes it another format")
		}
		if len(before)+len(after) > 1<<16 {
			t.Skip("long")
		}
		for _, m := range must2(Content("a.sh", data, DefaultLimits())) {
			if strings.HasPrefix(m.Form, "state v4") || strings.HasPrefix(m.Form, "kubernetes") {
				return
			}
		}
		t.Errorf("not found")
	})
}

func must2(found []Material, _ []string) []Material { return found }
