package secrethash

import (
	"context"
	"fmt"
	"slices"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// Concerns tells whether objects of a resource are workloads.
func Concerns(group, version, resource string) bool {
	return group == "apps" && version == "v1" && slices.Contains([]string{"deployments", "statefulsets", "daemonsets"}, resource) ||
		group == "batch" && version == "v1" && resource == "cronjobs"
}

// Review is one request that creates or updates a workload, as it came.
type Review struct {
	Resource    string // its plural name
	Namespace   string
	Object      []byte
	OldObject   []byte // empty at creation
	Mode        Mode   // of workloads and namespaces that do not say
	PullSecrets bool   // image pull Secrets count
}

// Source is what an answer reads.
type Source struct {
	NamespaceLabels func(ctx context.Context, namespace string) (map[string]string, error)
	Ring            func(ctx context.Context, id string) digest.Keyring
	Read            func(ctx context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error)
}

// Answer admits a workload as it came, and warns its user of a misspelt mode. As with
// Admit, the outcome is good to use when there is an error.
func Answer(ctx context.Context, review Review, source Source) (Outcome, []string, error) {
	workload, old, err := Decode(review.Resource, review.Object, review.OldObject)
	if err != nil {
		return Outcome{}, nil, err
	}
	labels, err := source.NamespaceLabels(ctx, review.Namespace)
	if err != nil {
		return Outcome{}, nil, fmt.Errorf("labels of namespace %s: %w", review.Namespace, err)
	}
	var warnings []string
	mode, err := ModeOf(workload.Annotations, labels, review.Mode)
	if err != nil {
		warnings = []string{"lotus-gate: " + err.Error()}
	}
	outcome, err := Admit(ctx, Request{New: workload, Old: old, Mode: mode, PullSecrets: review.PullSecrets}, Live{
		Ring: source.Ring,
		Read: func(ctx context.Context, refs []digest.Ref) (map[string]digest.Digests, error) {
			return source.Read(ctx, review.Namespace, refs)
		},
	})
	return outcome, warnings, err
}
