package check

import (
	"sync"
	"testing"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/test/schematest"
	"github.com/lotus-lake/lotus-gate/validate/page"
)

// TestDocumentsHoldToTheirSchemas: every document of every example of the shipped rules
// is what the published schema of its kind says that rules see.
func TestDocumentsHoldToTheirSchemas(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	schemas := compileSchemas(t)
	for _, rule := range set.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			text, err := set.Examples(rule.ID)
			if err != nil {
				t.Fatal(err)
			}
			examples, err := page.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			judge := NewExamples(set, nil)
			judge.Observe = schemas.hold(t)
			for _, x := range append(examples.Good, examples.Bad...) {
				if _, err := judge.Judge(t.Context(), x); err != nil {
					t.Errorf("%s: %v", x.Name, err)
				}
			}
		})
	}
}

// published holds the schemas of all kinds of documents, compiled once.
type published map[string]func(any) error

func compileSchemas(t testing.TB) published {
	t.Helper()
	validators := published{}
	for _, kind := range policy.Kinds() {
		schema, err := policy.InputSchema(kind)
		if err != nil {
			t.Fatal(err)
		}
		validators[kind] = schematest.Compile(t, schema)
	}
	return validators
}

// hold reports documents that are not what their schema says that rules see.
func (p published) hold(t testing.TB) func(policy.Document) {
	var mu sync.Mutex
	return func(doc policy.Document) {
		mu.Lock()
		defer mu.Unlock()
		if err := p[doc.Kind](doc.Object()); err != nil {
			t.Errorf("document %s %s: %v", doc.Kind, doc.Path, err)
		}
	}
}
