package parse

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// TestManifestsInUTF16 reads what PowerShell makes of `kubectl get -o yaml > file`.
func TestManifestsInUTF16(t *testing.T) {
	const text = "# grüße\r\napiVersion: v1\r\nkind: A\r\nname: 😀\r\n"
	for name, order := range map[string]binary.AppendByteOrder{"little end first": binary.LittleEndian, "big end first": binary.BigEndian} {
		data := order.AppendUint16(nil, 0xfeff)
		for _, unit := range utf16.Encode([]rune(text)) {
			data = order.AppendUint16(data, unit)
		}
		for _, source := range [][]byte{data, append(data, 'x')} { // also with half a unit too much
			found, err := Manifests(source)
			if err != nil || len(found) != 1 {
				t.Fatalf("%s: %d objects, %v", name, len(found), err)
			}
			line, column := found[0].Find([]string{"name"})
			want := []any{map[string]any{"apiVersion": "v1", "kind": "A", "name": "😀"}, 4, 1}
			if diff := cmp.Diff(want, []any{found[0].Object, line, column}); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// TestYAMLErrorLines: the line is that of the mistake or of the value in which it
// is; the library counts the lines of some errors from 0.
func TestYAMLErrorLines(t *testing.T) {
	for source, want := range map[string]string{
		"apiVersion: v1\nkind: A\na: {b: [}\n":   "line 3, column 1: did not find expected node content",
		"apiVersion: v1\nkind: A\na: [b\nc: d\n": "line 3, column 1: did not find expected ',' or ']'",
		"apiVersion: v1\nkind: A\n\tb: c\n":      "line 2, column 1: found a tab character that violates indentation",
		"apiVersion: v1\nkind: A\n- b\n":         "line 3, column 1: did not find expected key",
		"apiVersion: v1\nkind: A\nb: 'c\n":       "line 3, column 1: found unexpected end of stream",
	} {
		_, err := Manifests([]byte(source))
		if got := err.Error(); got != want {
			t.Errorf("%q: %s, want %s", source, got, want)
		}
	}
}
