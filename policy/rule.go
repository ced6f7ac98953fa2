package policy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// When says which part of a history a rule looks at.
type When string

// History rules judge every new commit: what must never enter the object
// store. Tip rules judge the result: what may be broken midway and mended.
const (
	History When = "history"
	Tip     When = "tip"
)

// Fix is a remedy that leaves nothing to decide, so that a program may apply it.
type Fix string

// The remedies that a rule's METADATA may name.
const (
	FixBackfill Fix = "backfill" // turn the backfill flag at the finding off
	FixCatalog  Fix = "catalog"  // write or remove the catalog of the finding's source
	FixUntrack  Fix = "untrack"  // take the finding's file out of the index, and have git ignore it
	FixWaiver   Fix = "waiver"   // remove the waiver at the finding
)

// Rule is what a rule's METADATA says of it: the single source of its docs
// page, its SARIF entry and `gate explain`.
type Rule struct {
	ID          string               `json:"id"` // "<domain>/<rule>", from its package
	Title       string               `json:"title"`
	Description string               `json:"description"`
	Severity    Severity             `json:"severity"`
	Scope       string               `json:"scope"` // document, change, request or audit
	When        When                 `json:"when"`
	Kinds       []string             `json:"kinds"` // of documents that it judges
	Remediation string               `json:"remediation"`
	Fix         Fix                  `json:"fix,omitempty"` // what `gate fix` does about it; "" for nothing
	Ticket      string               `json:"ticket"`
	Related     []Related            `json:"related,omitempty"`
	Ratchet     bool                 `json:"ratchet"`             // false: judged as new even when the base had it
	Sensitive   bool                 `json:"sensitive,omitempty"` // its findings point at secrets: no report shows the lines
	Mentions    []string             `json:"mentions,omitempty"`  // words of which a file must hold one to concern the rule
	Parameters  map[string]Parameter `json:"parameters,omitempty"`
	Admission   *Admission           `json:"admission,omitempty"` // nil: the rule does not act in a cluster
	Action      Stages               `json:"action,omitempty"`    // nil: by severity
	Shipped     bool                 `json:"-"`                   // with the gate, and not an author's
}

// Related is a link for further reading.
type Related struct {
	Ref         string `json:"ref"`
	Description string `json:"description,omitempty"`
}

// Docs is the address of a shipped rule's page, or what an author's rule names
// first for further reading; "" for nothing.
func (r Rule) Docs() string {
	switch {
	case r.Shipped:
		return "https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/" + r.ID + ".md"
	case len(r.Related) > 0:
		return r.Related[0].Ref
	}
	return ""
}

// custom is the `custom` object of a rule's METADATA.
type custom struct {
	Severity    string               `json:"severity"`
	Scope       string               `json:"scope"`
	When        When                 `json:"when"`
	Kinds       []string             `json:"kinds"`
	Remediation string               `json:"remediation"`
	Fix         Fix                  `json:"fix"`
	Ticket      string               `json:"ticket"`
	Ratchet     *bool                `json:"ratchet"`
	Sensitive   bool                 `json:"sensitive"`
	Mentions    []string             `json:"mentions"`
	Parameters  map[string]Parameter `json:"parameters"`
	Admission   json.RawMessage      `json:"admission"`
	Action      Stages               `json:"action"`
}

// customKeys are its keys.
func customKeys() []string {
	var keys []string
	for f := range reflect.TypeFor[custom]().Fields() {
		keys = append(keys, f.Tag.Get("json"))
	}
	return keys
}

// newRule checks METADATA and makes a Rule of it. Everything missing is said at
// once, so that an author mends it in one go.
func newRule(id, title, description string, related []Related, meta map[string]any) (Rule, error) {
	raw, err := json.Marshal(meta)
	if err != nil {
		return Rule{}, fmt.Errorf("custom: %w", err)
	}
	var c custom
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		if key, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
			key = strings.Trim(key, `"`)
			return Rule{}, &metadataError{key, fmt.Sprintf("custom has no key %q%s", key, DidYouMean(key, customKeys()))}
		}
		return Rule{}, fmt.Errorf("custom: %w", err)
	}
	var wrong []string
	var first string // key of the first that is there and wrong
	need := func(name, value string, oneOf ...string) {
		switch {
		case value == "":
			wrong = append(wrong, name+" is missing")
		case len(oneOf) > 0 && !slices.Contains(oneOf, value):
			first = cmp.Or(first, strings.TrimPrefix(name, "custom."))
			wrong = append(wrong, fmt.Sprintf("%s is %q, want one of %s", name, value, strings.Join(oneOf, ", ")))
		}
	}
	need("title", title)
	need("description", description)
	need("custom.severity", c.Severity, "error", "warning", "info")
	need("custom.scope", c.Scope, "document", "change", "request", "audit")
	need("custom.when", string(c.When), string(History), string(Tip))
	need("custom.remediation", c.Remediation)
	if c.Fix != "" {
		need("custom.fix", string(c.Fix), string(FixBackfill), string(FixCatalog), string(FixUntrack), string(FixWaiver))
	}
	if len(c.Kinds) == 0 {
		wrong = append(wrong, "custom.kinds is missing")
	}
	for _, kind := range c.Kinds {
		need("custom.kinds", kind, kinds()...)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Parameters)) {
		if err := c.Parameters[name].check(); err != nil {
			first = cmp.Or(first, name)
			wrong = append(wrong, fmt.Sprintf("custom.parameters.%s: %v", name, err))
		}
	}
	if len(wrong) > 0 {
		return Rule{}, &metadataError{first, strings.Join(wrong, "; ")}
	}
	admission, err := newAdmission(c.Admission, c.Scope, c.Kinds)
	if err != nil {
		return Rule{}, err
	}
	severity, _ := ParseSeverity(c.Severity)
	return Rule{
		ID: id, Title: title, Description: strings.TrimSpace(description), Severity: severity, Scope: c.Scope, When: c.When,
		Kinds: c.Kinds, Remediation: strings.TrimSpace(c.Remediation), Fix: c.Fix, Ticket: c.Ticket, Related: related,
		Ratchet: c.Ratchet == nil || *c.Ratchet, Sensitive: c.Sensitive, Mentions: c.Mentions, Parameters: c.Parameters,
		Admission: admission, Action: c.Action,
	}, nil
}

// metadataError is what METADATA lacks or has wrong; key is where to look, "" for the
// whole block.
type metadataError struct{ key, wrong string }

func (e *metadataError) Error() string { return "METADATA: " + e.wrong }

// metadataLine finds the line of a key in the METADATA block that begins at a line;
// that of the block for one that is not there.
func metadataLine(text string, first int, key string) int {
	lines := strings.Split(text, "\n")
	for i := first; key != "" && i < len(lines) && strings.HasPrefix(lines[i], "#"); i++ {
		word, _, found := strings.Cut(strings.TrimSpace(strings.TrimLeft(lines[i], "# ")), ":")
		if found && word == key {
			return i + 1
		}
	}
	return first
}
