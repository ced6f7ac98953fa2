package report

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nastyText is what a repository may hold, and how each kind of format shows it.
var nastyText = []struct{ name, text, visible, valid string }{
	{"plain", "größe 漢字 🙂 a\u0301", "größe 漢字 🙂 a\u0301", "größe 漢字 🙂 a\u0301"},
	{"escape sequence", "\x1b[2J\x1b]0;title\x07", `\x1b[2J\x1b]0;title\x07`, "\x1b[2J\x1b]0;title\x07"},
	{"line ends", "a\r\nb\tc\u2028d\u2029e\u0085f\v\f", `a\r\nb\tc\u2028d\u2029e\u0085f\x0b\x0c`, "a\r\nb\tc\u2028d\u2029e\u0085f\v\f"},
	{"bidi", "a\u202eb\u2066c\u200fd", `a\u202eb\u2066c\u200fd`, "a\u202eb\u2066c\u200fd"},
	{"invisible", "a\u200b\ufeff\u00ad\u00a0b\U000e0041", `a\u200b\ufeff\u00ad\u00a0b\U000e0041`, "a\u200b\ufeff\u00ad\u00a0b\U000e0041"},
	{"C1 and DEL", "\u009b31m\x7f\x00", `\u009b31m\x7f\x00`, "\u009b31m\x7f\x00"},
	{"not UTF-8", "a\xff\xc3b\xed\xa0\x80", `a\xff\xc3b\xed\xa0\x80`, `a\xff\xc3b\xed\xa0\x80`},
	{"replacement character", "a\ufffdb\xff", "a\ufffdb" + `\xff`, "a\ufffdb" + `\xff`},
	{"workflow command", "x%0A::error::y,z:1", "x%0A::error::y,z:1", "x%0A::error::y,z:1"},
	{"markup", `</failure>]]><b a="1">&amp;'`, `</failure>]]><b a="1">&amp;'`, `</failure>]]><b a="1">&amp;'`},
	{"TAP", `\# TODO \`, `\# TODO \`, `\# TODO \`},
	{"traversal", "../../etc/passwd", "../../etc/passwd", "../../etc/passwd"},
	{"empty", "", "", ""},
}

func TestEscape(t *testing.T) {
	for _, test := range nastyText {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{test.visible, test.valid}, []string{Visible(test.text), valid(test.text)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is written into JSON for safety's sake reads back as it was.
func TestPrintableJSON(t *testing.T) {
	for _, test := range nastyText {
		encoded, err := json.Marshal(test.valid)
		if err != nil {
			t.Fatal(err)
		}
		shown := printable(encoded)
		if got := Visible(string(shown)); got != string(shown) {
			t.Errorf("%s: %s is not printable", test.name, got)
		}
		var back string
		if err := json.Unmarshal(shown, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.valid, back); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}
