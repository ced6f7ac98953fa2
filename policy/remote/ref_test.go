package remote_test

import (
	"strings"
	"testing"

	"github.com/lotus-lake/lotus-gate/policy/remote"
)

func TestParseRef(t *testing.T) {
	sum := "sha256:" + strings.Repeat("0a", 32)
	commit := strings.Repeat("0a", 20)
	for text, pinned := range map[string]bool{
		"oci://registry.example.org/lake/policies:stable": false, "oci://registry.example.org/lake/policies@" + sum: true,
		"oci://registry.example.org/lake/policies:stable@" + sum: true, "oci+http://127.0.0.1:5000/p:1": false,
		"https://example.org/b.tar.gz": false, "http://127.0.0.1/b.tar.gz?x=y": false,
		"git+https://example.org/a/b.git//dist/b.tar.gz?ref=main": false, "git+ssh://git@example.org/a/b.git//?ref=v1.0": false,
		"git+file:///srv/b.git//x?ref=" + commit: true,
	} {
		ref, err := remote.ParseRef(text)
		if err != nil || ref.String() != text || ref.Pinned() != pinned || !remote.IsRef(text) {
			t.Errorf("%s: %v, %v", text, ref.Pinned(), err)
		}
	}
	for text, want := range map[string]string{
		"":                                      "no reference to a bundle",
		"bundle.tar.gz":                         "no reference to a bundle",
		"oci://registry.example.org/lake":       "names no tag and no digest",
		"oci://registry.example.org/Lake:x":     "invalid repository",
		"oci://-x":                              "invalid",
		"ftp://example.org/x":                   "no reference to a bundle",
		"file:///etc/passwd":                    "no reference to a bundle",
		"https://":                              "no reference to a bundle",
		"https://ada:hunter2@example.org/x":     "a reference holds a password",
		"https://ada:hunter2@exa mple.org/x":    "cannot be parsed",
		"https://example.org/x#y":               "has a fragment",
		"git+ext::sh -c x://y":                  "no reference to a bundle",
		"git+https://example.org/a.git?ref=x":   "does not say with //",
		"git+https://example.org/a.git//x":      "needs ?ref=",
		"git+https://-x/a.git//x?ref=main":      "not accepted",
		"git+https://h/a.git//x?ref=--upload":   "needs ?ref=",
		"git+https://h/a.git//x?ref=a:b":        "needs ?ref=",
		"git+https:///a.git//x?ref=main":        "names no host",
		"git+https://h/a.git//../../x?ref=main": "not accepted",
	} {
		if _, err := remote.ParseRef(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// FuzzParseRef: no reference panics, and none that is taken begins with what git would
// take for an option.
func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"oci://h/r:t", "git+https://h/a.git//x?ref=main", "https://h/x", "git+ssh://-oProxyCommand=x/a.git//x?ref=y", "://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := remote.ParseRef(text)
		if err == nil && (ref.String() != text || strings.HasPrefix(text, "-")) {
			t.Fatalf("%q", text)
		}
	})
}
