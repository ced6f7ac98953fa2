// Package secrethash decides when a changed Secret or ConfigMap rolls a workload out, and what is written on it. Its decisions are pure; reading is passed in.
package secrethash

import (
	"fmt"
	"strings"
)

// Annotations and the namespace label. docs/cluster.md says what they hold.
const (
	AnnotationHash     = "lotus-gate.dev/secret-hash"   // on the pod template
	AnnotationBaseline = "lotus-gate.dev/baseline"      // on the workload
	AnnotationCause    = "lotus-gate.dev/rollout-cause" // on the workload
	AnnotationAt       = "lotus-gate.dev/rollout-at"    // on the workload
	AnnotationRollout  = "lotus-gate.dev/rollout"       // on the workload, by its user
	LabelRollout       = AnnotationRollout              // on the namespace, by its user
)

// FieldManager of what our controllers write, by which admission knows them.
const FieldManager = "lotus-gate"

// maxCauses are named; more are counted.
const maxCauses = 20

// Causes is the text of AnnotationCause and of events: ids of references, the first 20 of them.
func Causes(ids []string) string {
	if len(ids) > maxCauses {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:maxCauses], ", "), len(ids)-maxCauses)
	}
	return strings.Join(ids, ", ")
}
