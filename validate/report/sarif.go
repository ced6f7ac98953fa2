package report

import (
	"bufio"
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lotus-lake/lotus-gate/policy"
)

// writeSARIF writes SARIF 2.1.0. Existing findings are "unchanged", waived ones
// carry an accepted suppression, and what was not judged is a notification.
func writeSARIF(w *bufio.Writer, v view) error {
	rules, index := v.sarifRules()
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "lotus-gate", Version: valid(v.raw.Version), InformationURI: "https://github.com/lotus-lake/lotus-gate", Rules: rules,
		}},
		Invocations: []sarifInvocation{v.sarifInvocation()},
		ColumnKind:  "unicodeCodePoints",
		Results:     []sarifResult{},
	}
	for _, f := range v.findings {
		result := sarifResult{
			RuleID: f.Rule, RuleIndex: index[f.Rule], Level: sarifLevel(f.Severity), Message: sarifMessage(f.Message),
			Locations:    []sarifLocation{sarifPlace(f.raw.Path, v.sarifRegion(f))},
			Fingerprints: map[string]string{"lotusGate/v1": f.fingerprint},
			Properties:   propertiesOf(f.Finding),
		}
		// A run either compares every result with a baseline or none.
		if v.counts.Existing > 0 {
			result.BaselineState = "new"
			if f.Existing {
				result.BaselineState = "unchanged"
			}
		}
		if f.Action == policy.DryRun {
			result.Level = "note"
		}
		if f.Waived {
			result.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted"}}
		}
		run.Results = append(run.Results, result)
	}
	return encodeJSON(w, sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	})
}

// sarifRules describes the rules that have findings, by name.
func (v view) sarifRules() (rules []sarifRule, index map[string]int) {
	byID := slices.Clone(v.findings)
	slices.SortStableFunc(byID, func(a, b finding) int { return cmp.Compare(a.Rule, b.Rule) })
	rules, index = []sarifRule{}, map[string]int{}
	for _, f := range byID {
		if _, seen := index[f.Rule]; seen {
			continue
		}
		index[f.Rule] = len(rules)
		meta := v.rule(f)
		rule := sarifRule{
			ID: f.Rule, HelpURI: absoluteURL(f.raw.Docs), ShortDescription: optionalText(meta.Title),
			FullDescription: optionalText(meta.Description), Help: optionalText(meta.Remediation),
		}
		if meta.Severity != 0 {
			rule.Default = &sarifConfiguration{sarifLevel(meta.Severity)}
		}
		if domain, _, ok := strings.Cut(f.Rule, "/"); ok || meta.Ticket != "" {
			rule.Properties = &sarifRuleTags{Ticket: meta.Ticket}
			if ok && domain != "" {
				rule.Properties.Tags = []string{domain}
			}
		}
		rules = append(rules, rule)
	}
	return rules, index
}

func (v view) sarifInvocation() sarifInvocation {
	invocation := sarifInvocation{ExecutionSuccessful: len(v.undecided) == 0, ExitCode: v.code}
	for _, u := range v.undecided {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{Level: "error", Message: sarifMessage("could not decide: " + u)})
	}
	for i, n := range v.notInspected {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{
			Level: "warning", Message: sarifMessage("not inspected: " + n.Reason),
			Locations:  []sarifLocation{sarifPlace(v.raw.NotInspected[i].Path, nil)},
			Properties: propertiesOf(policy.Finding{Commit: n.Commit}),
		})
	}
	return invocation
}

// sarifRegion counts columns in characters where the line is at hand, as
// columnKind says; without the line a byte column is given as it is.
func (v view) sarifRegion(f finding) *sarifRegion {
	if f.Line == 0 {
		return nil
	}
	column := f.Column
	if v.raw.Source != nil && column > 1 {
		lines, first, ok := v.raw.Source(f.raw.Path, f.raw.Commit, f.Line)
		if i := f.Line - first; ok && i >= 0 && i < len(lines) && column-1 <= len(lines[i]) {
			column = utf8.RuneCountInString(lines[i][:column-1]) + 1
		}
	}
	return &sarifRegion{StartLine: f.Line, StartColumn: column}
}

// sarifPlace makes a relative URI of a path. Percent-encoding keeps every byte;
// a finding about the whole repository is at its root.
func sarifPlace(path string, region *sarifRegion) sarifLocation {
	if path == "" {
		path, region = ".", nil
	}
	uri := (&url.URL{Path: strings.TrimLeft(path, "/")}).String()
	return sarifLocation{sarifPhysical{sarifArtifact{uri, "%SRCROOT%"}, region}}
}

func sarifLevel(s policy.Severity) string {
	return map[policy.Severity]string{policy.Error: "error", policy.Warning: "warning", policy.Info: "note"}[s]
}

func propertiesOf(f policy.Finding) *sarifProperties {
	p := sarifProperties{
		Commit: f.Commit, Field: f.Field, Remedy: f.Remedy, Ticket: f.Ticket, Action: f.Action, Until: f.Until, Next: f.Next,
	}
	if p == (sarifProperties{}) {
		return nil
	}
	return &p
}

// sarifMessage doubles braces, which otherwise hold placeholders (3.11.5).
func sarifMessage(s string) sarifText {
	return sarifText{strings.NewReplacer("{", "{{", "}", "}}").Replace(s)}
}

func optionalText(s string) *sarifText {
	if s == "" {
		return nil
	}
	return &sarifText{s}
}

// absoluteURL is s as helpUri must be, or nothing.
func absoluteURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || !u.IsAbs() {
		return ""
	}
	return u.String()
}
