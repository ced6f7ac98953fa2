package validate

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Action is what becomes of a rule's finding.
type Action string

// Deny refuses the request, Warn answers with a warning, DryRun is recorded in
// metric, audit annotation and log, and Off is not even that.
const (
	Deny   Action = "deny"
	Warn   Action = "warn"
	DryRun Action = "dry-run"
	Off    Action = "off"
)

// Actions are those that the configuration sets, by rule. A rule that is not there
// has the action of its severity: Deny for errors, Warn for all else.
type Actions map[string]RuleActions

// RuleActions are a rule's own. The first entry of Namespaces that names a
// request's namespace decides, then Action, then the severity.
type RuleActions struct {
	Action     Action // "" is by severity
	Namespaces []NamespaceActions
}

// NamespaceActions is for some namespaces. Names are globs as of path.Match;
// objects without a namespace match none of them.
type NamespaceActions struct {
	Names  []string
	Action Action
}

// Check says what is wrong with a configuration.
func (a Actions) Check() error {
	for _, id := range slices.Sorted(maps.Keys(a)) {
		if err := a[id].check(); err != nil {
			return fmt.Errorf("rules.%s: %w", id, err)
		}
	}
	return nil
}

func (r RuleActions) check() error {
	if r.Action != "" {
		if err := r.Action.check(); err != nil {
			return err
		}
	}
	for i, n := range r.Namespaces {
		if err := n.Action.check(); err != nil {
			return fmt.Errorf("namespaces[%d]: %w", i, err)
		}
		if len(n.Names) == 0 {
			return fmt.Errorf("namespaces[%d]: names are missing", i)
		}
		for _, glob := range n.Names {
			if _, err := path.Match(glob, ""); err != nil {
				return fmt.Errorf("namespaces[%d]: %q: %w", i, glob, err)
			}
		}
	}
	return nil
}

func (a Action) check() error {
	if !slices.Contains([]Action{Deny, Warn, DryRun, Off}, a) {
		return fmt.Errorf("action %q: want deny, warn, dry-run or off", a)
	}
	return nil
}

// of is the action for a rule's findings in a namespace.
func (a Actions) of(f policy.Finding, namespace string) Action {
	rule := a[f.Rule]
	for _, n := range rule.Namespaces {
		if namespace != "" && slices.ContainsFunc(n.Names, func(glob string) bool {
			ok, _ := path.Match(glob, namespace)
			return ok
		}) {
			return n.Action
		}
	}
	if f.Severity == policy.Error {
		return cmp.Or(rule.Action, Deny)
	}
	return cmp.Or(rule.Action, Warn)
}
