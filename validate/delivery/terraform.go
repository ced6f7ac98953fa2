package delivery

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// order of the steps at a Terraform object: how many are done when it stands at one.
var order = map[tofu.Step]int{tofu.StepAttempt: 0, tofu.StepPlan: 1, tofu.StepApprove: 2, tofu.StepApply: 2, tofu.StepDone: 4}

// terraform are the steps of a revision at one object.
func terraform(t *tofu.Terraform, revision string) []Step {
	at := t.Standing(revision)
	steps := []Step{
		{Name: StepBegun},
		{Name: StepPlan, At: moment(t.Status.LastPlanAt)},
		{Name: StepApply, At: moment(t.Status.LastSuccessfulReconcileAt)},
		{Name: StepAirbyte, Detail: resources(t)},
	}
	if at.NoChanges {
		steps[1].Detail = "no changes"
		steps[2].Detail = "nothing to apply"
	}
	done := order[at.Step]
	for i := range steps {
		switch {
		case i < done:
			steps[i].State = Done
		case i == done:
			steps[i] = Step{Name: steps[i].Name, State: Now}
			steps[i].Detail, steps[i].Said = because(at)
			if at.Blocked {
				steps[i].State, steps[i].Remedy = Stuck, remedy(t, at)
			} else if failures := t.Status.ReconciliationFailures; at.Reason == "" && at.Step != tofu.StepAttempt && failures > 0 {
				steps[i].Detail = fmt.Sprintf("failed %s with this commit, and runs again", times(int(failures)))
			}
		default:
			steps[i] = Step{Name: steps[i].Name, State: Later}
		}
	}
	if at.Step == tofu.StepDone && at.Reason != "" { // applied, and something came after it
		last := &steps[len(steps)-1]
		last.Detail, last.Said = because(at)
		last.Detail, last.State = "applied, but now: "+last.Detail, Now
		if at.Blocked {
			last.State, last.Remedy = Stuck, remedy(t, at)
		}
	}
	return steps
}

// because says why a revision does not get on, and what the cluster says of it.
func because(at tofu.Standing) (detail, said string) {
	switch at.Reason {
	case tofu.ReasonSuspended:
		return "the object is suspended", ""
	case tofu.ReasonApproval:
		return "plan " + at.Message + " waits for approval", ""
	case tofu.ReasonSpec:
		return "its spec changed, and has not run yet", ""
	case tofu.ReasonDrift:
		return "drift of " + strings.Join(Drifted(at.Message), ", "), ""
	}
	return at.Reason, at.Message
}

// remedy says what helps.
func remedy(t *tofu.Terraform, at tofu.Standing) string {
	switch at.Reason {
	case tofu.ReasonSuspended:
		return fmt.Sprintf("kubectl patch terraform %s -n %s --type merge -p '{\"spec\":{\"suspend\":false}}'", t.Name, t.Namespace)
	case tofu.ReasonApproval:
		return fmt.Sprintf("read the plan, then set spec.approvePlan of Terraform %s/%s to %q", t.Namespace, t.Name, at.Message)
	case tofu.ReasonRetries:
		return "spec.remediation.retries is used up: push a fix, or change the spec"
	case tofu.ReasonDrift:
		return "apply what the plan says, or change git to what is there"
	}
	return fmt.Sprintf("push a fix; until then this commit is tried again every %s", Brief(retry(t)))
}

func retry(t *tofu.Terraform) time.Duration {
	if t.Spec.RetryInterval != nil {
		return t.Spec.RetryInterval.Duration
	}
	return tofu.DefaultRetry
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// resources tells what the object's inventory or outputs say is there.
func resources(t *tofu.Terraform) string {
	if t.Status.Inventory != nil {
		counts := map[string]int{}
		for _, entry := range t.Status.Inventory.Entries {
			counts[entry.Type]++
		}
		var parts []string
		for _, kind := range slices.Sorted(maps.Keys(counts)) {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind], kind))
		}
		return strings.Join(parts, ", ")
	}
	if outputs := t.Status.AvailableOutputs; len(outputs) > 0 {
		return "outputs " + strings.Join(outputs, ", ")
	}
	return ""
}

func moment(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}
