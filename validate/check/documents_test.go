package check

import (
	"sync"
	"testing"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/test/schematest"
)

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
