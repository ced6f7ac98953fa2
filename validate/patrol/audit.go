package patrol

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/collect"
	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

// audit is the part of `gate audit` that needs the cluster alone: Terraform objects with
// their sources and states, and workloads. Values of Secrets are not kept.
func (p *Patrol) audit(ctx context.Context, r *round) error {
	facts := &audit.Facts{Key: leaf.NewKey(), Now: r.now}
	cluster := collect.Cluster{Client: p.reader, Namespaces: p.config.Namespaces}
	for _, kind := range audit.Kinds {
		cluster.Identities = append(cluster.Identities, r.policies.Engine.Strings(kind, "identities")...)
	}
	slices.Sort(cluster.Identities)
	cluster.Identities = slices.Compact(cluster.Identities)
	if err := cluster.Collect(ctx, facts); err != nil {
		return fmt.Errorf("audit the cluster: %w", err)
	}
	judged, err := audit.Judge(ctx, r.policies.Engine, facts, nil)
	if err != nil {
		return err
	}
	for _, gap := range judged.Undecided {
		r.undecided(gap)
	}
	for _, f := range judged.Findings {
		r.findings([]policy.Finding{f}, subjectAt(f.Path))
	}
	return nil
}

// audited are the kinds of objects that an audit finds something on, by the first
// element of the path that it calls them by.
var audited = map[string]corev1.ObjectReference{
	"terraforms":   {APIVersion: tofu.GroupVersion().String(), Kind: tofu.Kind},
	"secrets":      {APIVersion: "v1", Kind: "Secret"},
	"deployments":  {APIVersion: "apps/v1", Kind: "Deployment"},
	"statefulsets": {APIVersion: "apps/v1", Kind: "StatefulSet"},
	"daemonsets":   {APIVersion: "apps/v1", Kind: "DaemonSet"},
}

// subjectAt is the object at a path such as terraforms/lake/airbyte, nil for another
// place.
func subjectAt(path string) *corev1.ObjectReference {
	parts := strings.Split(path, "/")
	o, known := audited[parts[0]]
	if !known || len(parts) != 3 {
		return nil
	}
	o.Namespace, o.Name = parts[1], parts[2]
	return &o
}
