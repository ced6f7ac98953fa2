package patrol

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	reports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func result(says reports.Result, rule, name string) reports.ReportResult {
	return reports.ReportResult{Policy: rule, Result: says, Scored: true, Subjects: []corev1.ObjectReference{{Kind: "Terraform", Namespace: "lake", Name: name}}}
}

// TestBook: of however much there is to say, the worst is kept, all of it is counted, and
// how much is left out is said.
func TestBook(t *testing.T) {
	b := newBook(2)
	for i := range 100 {
		b.add(result(warned, "a/warn", fmt.Sprint(i)))
		if n := len(b.sheet("lake").results); n > 4 {
			t.Fatalf("%d results in memory", n)
		}
	}
	b.add(result(failed, "z/fail", "x"))
	was := []reports.ReportResult{result(failed, "z/fail", "x")}
	was[0].Timestamp.Seconds = 7
	l := b.close("lake", was, metav1.Timestamp{Seconds: 9})
	var got []string
	for _, r := range l.results {
		got = append(got, fmt.Sprint(r.Result, " ", r.Policy, " ", subject(r).Name, " ", r.Timestamp.Seconds))
	}
	if diff := cmp.Diff([]string{"fail z/fail x 7", "warn a/warn 0 9", "skip lotus-gate/left_out  9"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := (reports.ReportSummary{Fail: 1, Warn: 100, Skip: 99}); l.summary != want {
		t.Errorf("%+v, want %+v", l.summary, want)
	}
}

// TestChanges: what begins and what ends, once for each rule and object.
func TestChanges(t *testing.T) {
	a, b, field := result(failed, "r/a", "x"), result(failed, "r/b", "x"), result(failed, "r/a", "x")
	field.Properties = map[string]string{"field": "spec"}
	dry := result(warned, "r/a", "x")
	dry.Scored = false
	full := reports.ReportSummary{Skip: 1}
	for name, tc := range map[string]struct {
		was, is []reports.ReportResult
		summary reports.ReportSummary
		want    []string
	}{
		"begins":                  {nil, []reports.ReportResult{a, field, b}, reports.ReportSummary{}, []string{"found r/a", "found r/b"}},
		"stays":                   {[]reports.ReportResult{a}, []reports.ReportResult{a, field}, reports.ReportSummary{}, nil},
		"ends":                    {[]reports.ReportResult{a, field}, nil, reports.ReportSummary{}, []string{"mended r/a"}},
		"is no longer listed":     {[]reports.ReportResult{a}, []reports.ReportResult{b}, full, []string{"found r/b"}},
		"is in dry-run":           {nil, []reports.ReportResult{dry}, reports.ReportSummary{}, nil},
		"is switched on":          {[]reports.ReportResult{dry}, []reports.ReportResult{a}, reports.ReportSummary{}, []string{"found r/a"}},
		"is in dry-run from now":  {[]reports.ReportResult{a}, []reports.ReportResult{dry}, reports.ReportSummary{}, nil},
		"cannot be told, nothing": {nil, []reports.ReportResult{undecided("x")}, reports.ReportSummary{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range changesOf(tc.was, &sheet{results: tc.is, summary: tc.summary}) {
				got = append(got, map[bool]string{false: "found ", true: "mended "}[c.mended]+c.result.Policy)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPartly: where something cannot be told for the first time, what was known is kept;
// once it has been said that it cannot, it is not.
func TestPartly(t *testing.T) {
	p := &Patrol{}
	r := func(gaps ...string) *round { return &round{gaps: gaps} }
	for i, tc := range []struct {
		gaps []string
		want bool
	}{{nil, false}, {[]string{"a"}, true}, {[]string{"a"}, false}, {nil, false}, {[]string{"a"}, true}, {[]string{"a", "b"}, true}} {
		if got := p.partly(r(tc.gaps...)); got != tc.want {
			t.Errorf("round %d: %t", i, got)
		}
	}
	b := newBook(5)
	b.add(result(failed, "r/a", "x"))
	b.keep([]reports.ReportResult{result(failed, "r/a", "x"), result(failed, "r/b", "y"), undecided("z")})
	if l := b.close("lake", nil, metav1.Timestamp{}); len(l.results) != 2 || l.summary.Fail != 2 {
		t.Errorf("%+v", l)
	}
}

// TestPlain: texts are one line of what can be printed, and have a bound.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{"a\n\tb": "a b", "a\x1b[31m": "a\uFFFD[31m", "a\u202eb": "a\uFFFDb", "\xff": "\uFFFD"} {
		if got := plain(text, 99); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := plain(strings.Repeat("ü", 300), 512); len(got) > 512 || !utf8.ValidString(got) || !strings.HasSuffix(got, "ü…") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}
