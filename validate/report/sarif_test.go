package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// checkSARIF holds a log against what the SARIF 2.1.0 schema and standard ask
// of the objects that are written, and GitHub code scanning on top.
func checkSARIF(got string, r Report) error {
	var log sarifLog
	dec := json.NewDecoder(strings.NewReader(got))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&log); err != nil {
		return err
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 {
		return fmt.Errorf("version %q, %d runs", log.Version, len(log.Runs))
	}
	run := log.Runs[0]
	driver := run.Tool.Driver
	var wrong []error
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if driver.Name == "" || run.ColumnKind != "unicodeCodePoints" || len(run.Invocations) != 1 || driver.Rules == nil || run.Results == nil {
		fail("driver, columnKind, invocations, rules and results are required")
	}
	ids := map[string]bool{}
	for _, rule := range driver.Rules {
		if ids[rule.ID] {
			fail("rule %q twice", rule.ID)
		}
		ids[rule.ID] = true
		if u, err := url.Parse(rule.HelpURI); err != nil || rule.HelpURI != "" && !u.IsAbs() {
			fail("helpUri %q is not an absolute URI", rule.HelpURI)
		}
		if rule.Properties != nil && rule.Properties.Tags != nil {
			if tags := rule.Properties.Tags; len(slices.Compact(slices.Sorted(slices.Values(tags)))) != len(tags) {
				fail("tags %v repeat", tags)
			}
		}
	}
	locate := func(locations []sarifLocation) {
		for _, l := range locations {
			artifact, region := l.Physical.Artifact, l.Physical.Region
			if u, err := url.Parse(artifact.URI); err != nil || artifact.URI == "" || u.IsAbs() || strings.HasPrefix(u.Path, "/") {
				fail("uri %q is not a relative URI", artifact.URI)
			}
			if region != nil && (region.StartLine < 1 || region.StartColumn < 0) {
				fail("region %+v begins before the file", *region)
			}
		}
	}
	for i, result := range run.Results {
		if result.RuleIndex < 0 || result.RuleIndex >= len(driver.Rules) || driver.Rules[result.RuleIndex].ID != result.RuleID {
			fail("ruleIndex %d is not %q", result.RuleIndex, result.RuleID)
		}
		if !slices.Contains([]string{"note", "warning", "error"}, result.Level) || len(result.Locations) != 1 || len(result.Fingerprints) != 1 {
			fail("result %d: %+v", i, result)
		}
		if (result.BaselineState == "") != (r.Count().Existing == 0) || (len(result.Suppressions) > 0) != r.Findings[i].Waived {
			fail("result %d: baselineState %q, suppressions %v", i, result.BaselineState, result.Suppressions)
		}
		locate(result.Locations)
	}
	for _, n := range run.Invocations[0].Notifications {
		locate(n.Locations)
	}
	if run.Invocations[0].ExecutionSuccessful != (len(r.Undecided) == 0) || run.Invocations[0].ExitCode != r.ExitCode() {
		fail("invocation %+v", run.Invocations[0])
	}
	return errors.Join(append(wrong, sameLength(len(run.Results), len(r.Findings)))...)
}

// A SARIF location must lead back to the very file, whatever its name.
func TestSARIFPlace(t *testing.T) {
	tests := []struct{ path, uri string }{
		{"a/b.json", "a/b.json"},
		{"", "."},
		{"a b/ü#?%.tf", "a%20b/%C3%BC%23%3F%25.tf"},
		{"c:d", "./c:d"},
		{"\xff\n", "%FF%0A"},
		{"//host/x", "host/x"},
		{`a\b`, "a%5Cb"},
	}
	for _, test := range tests {
		place := sarifPlace(test.path, nil)
		if diff := cmp.Diff(sarifLocation{sarifPhysical{sarifArtifact{test.uri, "%SRCROOT%"}, nil}}, place); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSARIFRegion(t *testing.T) {
	source := func(_, _ string, line int) ([]string, int, bool) { return []string{"", "größe x"}, line - 1, true }
	tests := []struct {
		name         string
		line, column int
		source       func(path, commit string, line int) ([]string, int, bool)
		want         *sarifRegion
	}{
		{"no line", 0, 3, source, nil},
		{"characters", 2, 9, source, &sarifRegion{2, 7}},
		{"no column", 2, 0, source, &sarifRegion{2, 0}},
		{"bytes without the line", 2, 9, nil, &sarifRegion{2, 9}},
		{"beyond the line", 2, 90, source, &sarifRegion{2, 90}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := policy.Finding{Path: "f", Line: test.line, Column: test.column}
			v := newView(Report{Findings: []policy.Finding{f}, Source: test.source}, valid)
			if diff := cmp.Diff(test.want, v.sarifRegion(v.findings[0])); diff != "" {
				t.Error(diff)
			}
		})
	}
}
