package patrol

import (
	"cmp"
	"path"
	"strings"
	"unicode"

	reports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/lotus-lake/lotus-gate/policy"
)

// What a result says of what was found.
const (
	failed  reports.Result = "fail"  // it would be refused, or is wrong
	warned  reports.Result = "warn"  // it would be told of, or is in dry-run
	unknown reports.Result = "error" // nobody could tell
	skipped reports.Result = "skip"  // there is more than is listed
)

// Bounds of texts, in bytes: 500 results of this size fit into one object.
const (
	maxMessage = 512
	maxDetail  = 384
)

const source = "lotus-gate"

// Policies of results that stand for no rule.
const (
	undecidedPolicy = "lotus-gate/undecided"
	leftOutPolicy   = "lotus-gate/left_out"
)

var severities = map[policy.Severity]reports.ResultSeverity{policy.Error: "high", policy.Warning: "medium", policy.Info: "low"}

// resultOf is what a report says of a finding on an object.
func resultOf(f policy.Finding, rule policy.Rule, subject *corev1.ObjectReference) reports.ReportResult {
	action := f.Becomes()
	r := reports.ReportResult{
		Source: source, Policy: f.Rule, Category: path.Dir(f.Rule), Severity: severities[f.Severity],
		Result: warned, Scored: action != policy.DryRun, Description: plain(f.Message, maxMessage), Properties: map[string]string{"action": string(action)},
	}
	if action == policy.Deny {
		r.Result = failed
	}
	if subject != nil {
		r.Subjects = []corev1.ObjectReference{*subject}
	}
	condition := ""
	if rule.Admission != nil {
		condition = rule.Admission.Condition
	}
	for key, text := range map[string]string{
		"field": place(f, subject), "remedy": f.Remedy, "docs": f.Docs, "condition": condition, "next": next(f),
	} {
		if text != "" {
			r.Properties[key] = plain(text, maxDetail)
		}
	}
	return r
}

// place is where in the object the finding is; of a ConfigMap's file, the key first.
func place(f policy.Finding, subject *corev1.ObjectReference) string {
	if subject != nil && f.Path == pathOf(subject) {
		return f.Field
	}
	return strings.Trim(f.Path+": "+f.Field, ": ")
}

func next(f policy.Finding) string {
	if f.Next == "" {
		return ""
	}
	return string(f.Next) + " from " + f.Until
}

// undecided says why there is no verdict on something.
func undecided(why string) reports.ReportResult {
	return reports.ReportResult{Source: source, Policy: undecidedPolicy, Category: source, Severity: "medium", Result: unknown, Description: plain(why, maxMessage)}
}

// subject of a result, and the namespace whose report it is in.
func subject(r reports.ReportResult) corev1.ObjectReference {
	if len(r.Subjects) == 0 {
		return corev1.ObjectReference{}
	}
	return r.Subjects[0]
}

// about is a rule and an object, of which one can say that it was mended.
func about(r reports.ReportResult) string {
	s := subject(r)
	if r.Policy == undecidedPolicy {
		return r.Policy + "\n" + r.Description
	}
	return strings.Join([]string{r.Policy, s.APIVersion, s.Kind, s.Namespace, s.Name}, "\n")
}

var ranks = map[reports.Result]int{unknown: 0, failed: 1, warned: 2, skipped: 3}

// compare orders results: what matters most first.
func compare(a, b reports.ReportResult) int {
	s, o := subject(a), subject(b)
	return cmp.Or(
		cmp.Compare(ranks[a.Result], ranks[b.Result]), strings.Compare(a.Policy, b.Policy), strings.Compare(s.Kind, o.Kind), strings.Compare(s.Namespace, o.Namespace),
		strings.Compare(s.Name, o.Name), strings.Compare(a.Properties["field"], b.Properties["field"]), strings.Compare(a.Description, b.Description),
	)
}

// plain is one line of what can be printed, of so many bytes.
func plain(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, strings.Join(strings.Fields(text), " "))
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len("…")], "") + "…"
}
