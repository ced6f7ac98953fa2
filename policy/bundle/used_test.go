package bundle

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// judged loads an archive as a consumer does and judges a manifest.
func judged(t *testing.T, archive []byte, trust Trust, allowed ...string) ([]string, error) {
	t.Helper()
	b, err := Open(archive, trust)
	if err != nil {
		t.Fatal(err)
	}
	set, err := policy.LoadFiles(rules.FS, []policy.Files{b.Files("bundle house")}, allowed...)
	if err != nil {
		return nil, err
	}
	engine, err := policy.NewEngine(set, policy.Config{})
	if err != nil {
		return nil, err
	}
	found, err := engine.Judge(t.Context(), policy.Document{Kind: "manifest", Path: "a.yaml", Input: map[string]any{"object": map[string]any{}}}, policy.Tip)
	var messages []string
	for _, f := range found {
		messages = append(messages, f.Rule+": "+f.Message)
	}
	return messages, err
}

// TestUsed: the rules of a bundle judge, with its helpers and data, whether its index
// is believed or its files are parsed.
func TestUsed(t *testing.T) {
	p := newPair(t, "Ed25519")
	trust := Trust{Keys: []Key{p.verifying(t, "lake", "", "")}}
	archive := sign(t, build(t, policies()), p.signing(t, "lake", "", ""))
	for name, trust := range map[string]Trust{"indexed": trust, "parsed": {Unsigned: true}} {
		got, err := judged(t, archive, trust)
		if diff := cmp.Diff([]string{"house/tried: not ours"}, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// TestBehindAnIndex: what a signed index keeps from being parsed at once is held to
// the same rules when it is compiled.
func TestBehindAnIndex(t *testing.T) {
	p := newPair(t, "Ed25519")
	trust := Trust{Keys: []Key{p.verifying(t, "lake", "", "")}}
	files := func(text string) map[string]string {
		all := policies()
		all["house/tried/tried.rego"] = text
		all["house/tried/tried_test.rego"] = "package house.tried_test\n"
		return all
	}
	reaching := func(call string) []byte {
		archive, err := Build(t.Context(), []policy.Files{dirOf(t, files(ruleText("house.tried", "", `deny contains {"message": sprintf("%v", [`+call+`])}`)))},
			BuildOptions{Embedded: rules.FS, Allowed: policy.Reaching()})
		if err != nil {
			t.Fatal(err)
		}
		return sign(t, archive, p.signing(t, "lake", "", ""))
	}
	good := build(t, policies())
	replaced := func(text string) []byte {
		return sign(t, changed(t, good, map[string][]byte{"house/tried/tried.rego": []byte(text)}), p.signing(t, "lake", "", ""))
	}
	for name, tc := range map[string]struct {
		archive []byte
		want    string
	}{
		"the network":     {reaching(`http.send({"method": "get", "url": "http://127.0.0.1:1"}).status`), "unsafe built-in function calls in expression: http.send"},
		"a name":          {reaching(`net.lookup_ip_addr("localhost")`), "net.lookup_ip_addr"},
		"the environment": {reaching(`opa.runtime().env.HOME`), "opa.runtime"},
		"another package": {replaced(ruleText("state.committed", "", `deny contains {"message": "x"}`)), "house/tried/tried.rego: not package house.tried, as the index says"},
		"a function less": {replaced(ruleText("house.tried", "", `deny contains {"message": frobnicate(1)}`)), "undefined function frobnicate"},
		"no Rego":         {replaced("this is none"), "house/tried/tried.rego:1"},
	} {
		_, err := judged(t, tc.archive, trust)
		var load *policy.LoadError
		if !errors.As(err, &load) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want a LoadError with %q", name, err, tc.want)
		}
	}
	t.Setenv("GATE_TRIED", "seen")
	if got, err := judged(t, reaching(`opa.runtime().env.GATE_TRIED`), trust, "opa.runtime"); err != nil || cmp.Diff([]string{"house/tried: seen"}, got) != "" {
		t.Errorf("the environment, which is allowed: %v, %v", got, err)
	}
	if _, err := judged(t, good, Trust{Unsigned: true}, "sprintf"); err == nil || !strings.Contains(err.Error(), `"sprintf" is no built-in function that needs to be allowed`) {
		t.Errorf("an allowance of nothing: %v", err)
	}
}

// TestStaleIndex: an index that does not fit is not used, so that nothing of a bundle
// is lost.
func TestStaleIndex(t *testing.T) {
	p := newPair(t, "Ed25519")
	trust := Trust{Keys: []Key{p.verifying(t, "lake", "", "")}}
	good := build(t, policies())
	more := ruleText("house.more", "", `deny contains {"message": "more"}`)
	for name, files := range map[string]map[string][]byte{
		"a file that it does not list": {"house/more/more.rego": []byte(more)},
		"none":                         {"house/more/more.rego": []byte(more), "index.json": nil},
		"a later version's":            {"house/more/more.rego": []byte(more), "index.json": []byte(`{"rules": [], "sources": [], "later": 1}`)},
		"no JSON":                      {"house/more/more.rego": []byte(more), "index.json": []byte(`{`)},
		"empty":                        {"house/more/more.rego": []byte(more), "index.json": []byte(`{}`)},
	} {
		got, err := judged(t, sign(t, changed(t, good, files), p.signing(t, "lake", "", "")), trust)
		if diff := cmp.Diff([]string{"house/more: more", "house/tried: not ours"}, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// TestShadow: no bundle changes what the gate or another bundle defines.
func TestShadow(t *testing.T) {
	p := newPair(t, "Ed25519")
	trust := Trust{Keys: []Key{p.verifying(t, "lake", "", "")}}
	own := func(files map[string]string) policy.Files {
		archive, err := Build(t.Context(), []policy.Files{dirOf(t, files)}, BuildOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Open(sign(t, archive, p.signing(t, "lake", "", "")), trust)
		if err != nil {
			t.Fatal(err)
		}
		return b.Files("bundle theirs")
	}
	rule := map[string]string{"x.rego": ruleText("house.own", "", `deny contains {"message": "x"}`)}
	with := func(path, text string) map[string]string {
		return map[string]string{"x.rego": rule["x.rego"], path: text}
	}
	library := shippedLibrary(t)
	for name, tc := range map[string]struct {
		first, second map[string]string
		want          string
	}{
		"a shipped rule":    {map[string]string{"x.rego": ruleText("state.committed", "", `deny contains {"message": "x"}`)}, nil, "package state.committed is already defined by the shipped rules"},
		"a shipped helper":  {with("y.rego", "package lib."+library+"\n\nx := 1\n"), nil, "package lib." + library + " is already defined by the shipped rules"},
		"around a helper":   {with("y.rego", "package lib\n\n"+library+".x := 1\n"), nil, "package lib could change package lib."},
		"inside a helper":   {with("y.rego", "package lib."+library+".y\n\nx := 1\n"), nil, "could change package lib." + library},
		"another's rule":    {rule, rule, "package house.own is already defined by bundle theirs/x.rego"},
		"another's helper":  {with("y.rego", "package lib.ours\n\nx := 1\n"), map[string]string{"z.rego": ruleText("house.z", "", `deny contains {"message": "x"}`), "y.rego": "package lib.ours\n\ny := 1\n"}, "package lib.ours is already defined by bundle theirs/y.rego"},
		"another's data":    {with("data.json", `{"a": 1}`), map[string]string{"z.rego": ruleText("house.z", "", `deny contains {"message": "x"}`), "data.json": `{"a": 2}`}, "data.a is taken by the data of bundle theirs"},
		"data at a package": {with("data.json", `{"state": {"committed": {"deny": []}}}`), nil, "data.state is taken by rules"},
	} {
		authors := []policy.Files{own(tc.first)}
		if tc.second != nil {
			authors = append(authors, own(tc.second))
		}
		_, err := policy.LoadFiles(rules.FS, authors)
		var load *policy.LoadError
		if !errors.As(err, &load) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want a LoadError with %q", name, err, tc.want)
		}
	}
}
