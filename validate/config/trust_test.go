package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const adaKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxhUq5rhXdnJKCyIhF5Ra2mFRmPhJyzf7Zc1mBPQVnY"

func TestApprovers(t *testing.T) {
	c, err := Parse(File, []byte(`
policies: [policies, house/rules]
trust:
  approvers:
    - emails: [grace@example.com, ada@example.com]
    - paths: ["policies/streams/**", "deploy/*.yaml"]
      emails: [edsger@example.com]
    - paths: ["deploy/**"]
      emails: [ada@example.com]
`))
	if err != nil {
		t.Fatal(err)
	}
	both, all := []string{"ada@example.com", "grace@example.com"}, []string{"ada@example.com", "edsger@example.com", "grace@example.com"}
	for path, want := range map[string][]string{
		".lotus-gate.yaml":          both,
		"policies/a.rego":           both,
		"house/rules":               both, // a link in its place
		"policies/streams/a/b.rego": all,
		"deploy/a.yaml":             {"ada@example.com", "edsger@example.com"},
		"deploy/b/a.yaml":           {"ada@example.com"},
		"README.md":                 nil,
		"a/.lotus-gate.yaml":        nil,
		"policies2/a.rego":          nil,
		"house/a.rego":              nil,
	} {
		if diff := cmp.Diff(want, c.Approvers(path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if got := Default().Approvers(File); got != nil {
		t.Errorf("without trust %q may change it", got)
	}
}

// TestApproversOfNoEntry: what decides about pushes is guarded, whatever the
// entries name.
func TestApproversOfNoEntry(t *testing.T) {
	c, err := Parse(File, []byte("policies: [p]\ntrust: {approvers: [{paths: [a/**], emails: [a@x]}, {paths: [p/b.rego], emails: [b@x]}]}"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{File: {"a@x", "b@x"}, "p/c.rego": {"a@x", "b@x"}, "p/b.rego": {"b@x"}, "a/b": {"a@x"}} {
		if diff := cmp.Diff(want, c.Approvers(path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestGuards(t *testing.T) {
	some := Trust{Approvers: []Approvers{{Emails: []string{"a@x"}}}, Branches: []string{"release/*"}}
	for _, c := range []struct {
		trust     Trust
		branch    string
		isDefault bool
		want      bool
	}{
		{some, "main", true, true},
		{some, "topic", false, false},
		{some, "release/1", false, true},
		{some, "release/1/2", false, false},
		{Trust{}, "main", true, false},
	} {
		if got := c.trust.Guards(c.branch, c.isDefault); got != c.want {
			t.Errorf("Guards(%s, %t) = %t", c.branch, c.isDefault, got)
		}
	}
}

func TestTrustErrors(t *testing.T) {
	for text, want := range map[string]string{
		"{require_signatures: true}":                                         "trust: no approvers: nothing would be guarded",
		"{branches: [a]}":                                                    "trust: no approvers: nothing would be guarded",
		"{approvers: [{paths: [a]}]}":                                        "trust: approvers: entry 1 has no emails: nobody could change what it guards",
		`{approvers: [{paths: ["[a"], emails: [a@x]}]}`:                      `trust: "[a" is not a valid pattern: want a glob from the root, without a leading slash`,
		`{approvers: [{paths: ["/a"], emails: [a@x]}]}`:                      `trust: "/a" is not a valid pattern: want a glob from the root, without a leading slash`,
		`{approvers: [{emails: [a@x]}], branches: ["[a"]}`:                   `trust: "[a" is not a valid pattern: want a glob from the root, without a leading slash`,
		`{approvers: [{emails: ["*@x"]}]}`:                                   `trust: approvers: "*@x": want an e-mail address as commits have it`,
		`{approvers: [{emails: ["@data-platform team"]}]}`:                   `trust: approvers: "@data-platform team": want an e-mail address as commits have it`,
		`{approvers: [{emails: [ada]}]}`:                                     `trust: approvers: "ada": want an e-mail address as commits have it`,
		"{approvers: [{emails: [a@x]}], require_signatures: true}":           "trust: require_signatures, but keys has none of a@x, who could never sign",
		"{approvers: [{emails: [a@x]}], keys: {b@x: [" + adaKey + "]}}":      "trust: keys: b@x is no approver",
		"{approvers: [{emails: [a@x]}], keys: {a@x: [" + adaKey + ", rsa]}}": "trust: keys: a@x: entry 2 is no public key: want a line like `ssh-ed25519 AAAA…`, or an armored OpenPGP public key",
		"{aprovers: []}": "line 1: field aprovers not found",
	} {
		_, err := Parse(File, []byte("trust: "+text))
		if err == nil || err.Error() != File+": "+want {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	c, err := Parse(File, []byte("trust: {require_signatures: true, approvers: [{emails: [a@x]}], keys: {a@x: ["+adaKey+"]}}"))
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := c.Trust.KeysOf("a@x"); len(keys) != 1 || err != nil {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	if keys, err := c.Trust.KeysOf("b@x"); len(keys) != 0 || err != nil {
		t.Errorf("%d keys of a stranger, %v", len(keys), err)
	}
}

func TestPolicies(t *testing.T) {
	for text, want := range map[string]string{
		"[policies, house/rules]": "",
		"[..]":                    `policies: "..": want a directory relative to the repository's root, without .. or a trailing slash`,
		"[../x]":                  `policies: "../x": want a directory relative to the repository's root, without .. or a trailing slash`,
		"[/etc]":                  `policies: "/etc": want a directory relative to the repository's root, without .. or a trailing slash`,
		"[a/../b]":                `policies: "a/../b": want a directory relative to the repository's root, without .. or a trailing slash`,
		"[.]":                     `policies: ".": want a directory relative to the repository's root, without .. or a trailing slash`,
		"[..a]":                   "",
		"[a, b, a]":               `policies: "a" lies in "a": its rules would be there twice`,
		"[a/b, a]":                `policies: "a/b" lies in "a": its rules would be there twice`,
		"[" + strings.Repeat("a, ", maxPolicies) + "b]": "policies: 65 directories, more than the 64 that a configuration may name",
	} {
		_, err := Parse(File, []byte("policies: "+text))
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != File+": "+want) {
			t.Errorf("%.40s: %v, want %q", text, err, want)
		}
	}
}

// TestSalvage: a mistake elsewhere does not unguard the configuration.
func TestSalvage(t *testing.T) {
	const trust = "trust: {approvers: [{emails: [a@x]}]}\n"
	for name, c := range map[string]struct {
		text string
		want []string // who may change a rule
		says string
	}{
		"misspelt key":          {text: "rulez: {}\n" + trust + "policies: [p]\n", want: []string{"a@x"}},
		"unknown rule":          {text: trust + "rules: {a/b: {severity: fatal}}\npolicies: [p]\n", want: []string{"a@x"}},
		"no trust":              {text: "rulez: {}\npolicies: [p]\n"},
		"nothing":               {text: ""},
		"no YAML":               {text: "rules: ["},
		"no map":                {text: "- trust\n"},
		"trust itself is unfit": {text: "trust: {approvers: [{emails: []}]}\n", says: "entry 1 has no emails"},
		"trust misspelt":        {text: "trust: {aprovers: []}\n", says: "field aprovers not found"},
		"trust is elsewhere":    {text: "x: &t {approvers: [{emails: [a@x]}]}\ntrust: *t\n", says: "unknown anchor"},
	} {
		got, err := Salvage(File, []byte(c.text))
		if err != nil && (c.says == "" || !strings.Contains(err.Error(), c.says)) || err == nil && c.says != "" {
			t.Errorf("%s: error %v, want %q", name, err, c.says)
		}
		if diff := cmp.Diff(c.want, got.Approvers("p/a.rego")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
