package standin

import (
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Result is how a reconciliation of a Terraform object ended.
type Result string

// Results. All but Failed and Applied, and Planned, consume a token without a plan.
const (
	Applied   Result = "applied"
	Failed    Result = "plan failed"
	Planned   Result = "planned"     // and waits for approval
	Unchanged Result = "nothing new" // a plan waits already, or manual mode at the same revision
	Suspended Result = "suspended"
	NoSource  Result = "no source"
	NoRunner  Result = "no runner" // it did not come up
	Exhausted Result = "retries exhausted"
	NoDrift   Result = "no drift"
)

// Run is one reconciliation.
type Run struct {
	At       time.Time // by the clock
	Result   Result
	Revision string
	Digest   string
	Token    string            // that it consumed
	Values   map[string]string // variables that Terraform saw
}

// Airbyte is what Terraform made there: the values that are in force for each Terraform object, and how it came to them.
type Airbyte struct {
	mu   sync.Mutex
	runs map[types.NamespacedName][]Run
}

func (a *Airbyte) record(name types.NamespacedName, run Run) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.runs[name] = append(a.runs[name], run)
}

// Runs are all reconciliations, the first one first.
func (a *Airbyte) Runs(name types.NamespacedName) []Run {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.runs[name])
}

// InForce is the last run that applied something; false when there is none.
func (a *Airbyte) InForce(name types.NamespacedName) (Run, bool) {
	runs := a.Runs(name)
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].Result == Applied {
			runs[i].Values = maps.Clone(runs[i].Values)
			return runs[i], true
		}
	}
	return Run{}, false
}
