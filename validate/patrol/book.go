package patrol

import (
	"fmt"
	"slices"

	reports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// book gathers the results of a round by the namespace of their objects, "" for those
// without. Of each namespace it keeps the first ones and counts the others, so that its
// size does not follow what there is to say.
type book struct {
	most   int // results of a namespace
	sheets map[string]*sheet
}

type sheet struct {
	results []reports.ReportResult
	summary reports.ReportSummary // of all, also those that are not kept
}

func newBook(most int) *book { return &book{most: most, sheets: map[string]*sheet{}} }

// sheet of a namespace; it may be empty.
func (b *book) sheet(namespace string) *sheet {
	if b.sheets[namespace] == nil {
		b.sheets[namespace] = &sheet{}
	}
	return b.sheets[namespace]
}

func (b *book) add(r reports.ReportResult) {
	l := b.sheet(subject(r).Namespace)
	switch r.Result {
	case failed:
		l.summary.Fail++
	case warned:
		l.summary.Warn++
	case unknown:
		l.summary.Error++
	}
	if l.results = append(l.results, r); len(l.results) > 2*b.most {
		l.cut(b.most)
	}
}

func (l *sheet) cut(most int) {
	slices.SortFunc(l.results, compare)
	l.results = slices.Clip(l.results[:min(len(l.results), most)])
}

// keep enters what an earlier report said and this round does not, where it could not
// look everywhere.
func (b *book) keep(was []reports.ReportResult) {
	if len(was) == 0 {
		return
	}
	said := map[string]bool{}
	for _, r := range b.sheet(subject(was[0]).Namespace).results {
		said[about(r)] = true
	}
	for _, r := range was {
		if len(r.Subjects) > 0 && !said[about(r)] {
			b.add(r)
		}
	}
}

// close sorts the results of a namespace, says what is left out, and since when each
// is known: from an earlier report, or from now.
func (b *book) close(namespace string, was []reports.ReportResult, now metav1.Timestamp) *sheet {
	l := b.sheet(namespace)
	l.cut(b.most)
	since := map[string]metav1.Timestamp{}
	for _, r := range was {
		since[about(r)] = r.Timestamp
	}
	for i := range l.results {
		known, ok := since[about(l.results[i])]
		if !ok {
			known = now
		}
		l.results[i].Timestamp = known
	}
	l.summary.Skip = l.summary.Fail + l.summary.Warn + l.summary.Error - len(l.results)
	if l.summary.Skip > 0 {
		known, ok := since[about(reports.ReportResult{Policy: leftOutPolicy})]
		if !ok {
			known = now
		}
		l.results = append(l.results, reports.ReportResult{
			Source: source, Policy: leftOutPolicy, Category: source, Severity: "info", Result: skipped, Timestamp: known,
			Description: fmt.Sprintf("%d more are counted and not listed: a report has %d results at most (audit.maxResults)", l.summary.Skip, b.most),
		})
	}
	return l
}
