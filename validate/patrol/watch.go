package patrol

import (
	"context"
	"fmt"
	"time"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// follow has a round follow changes of Terraform objects and their sources.
func (p *Patrol) follow(ctx context.Context) {
	for _, object := range []client.Object{&tofu.Terraform{}, &sourcev1.GitRepository{}, &sourcev1.Bucket{}, &sourcev1.OCIRepository{}} {
		go p.followKind(ctx, object)
	}
}

// followKind waits until the cluster has a kind, and then tells of changes.
func (p *Patrol) followKind(ctx context.Context, object client.Object) {
	for {
		informer, err := p.cache.GetInformer(ctx, object)
		if err == nil {
			_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerDetailedFuncs{
				AddFunc: func(_ any, initial bool) {
					if !initial {
						p.changed()
					}
				},
				UpdateFunc: func(was, is any) {
					if standing(was) != standing(is) {
						p.changed()
					}
				},
				DeleteFunc: func(any) { p.changed() },
			})
			if err == nil {
				return
			}
		}
		if ctx.Err() == nil && !meta.IsNoMatchError(err) {
			log.FromContext(ctx).Error(err, "watch", "kind", fmt.Sprintf("%T", object))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(p.config.Look):
		}
	}
}

// changed notes that there is something to look at.
func (p *Patrol) changed() {
	select {
	case p.changes <- struct{}{}:
	default: // that is known already
	}
}

// standing is what counts of a Terraform object or source: a status that only says
// again what it said is no change.
func standing(object any) string {
	var conditions []metav1.Condition
	var said any
	switch o := object.(type) {
	case *tofu.Terraform:
		s := o.Status
		conditions = s.Conditions
		said = []any{s.LastAttemptedRevision, s.LastPlannedRevision, s.LastAppliedRevision, s.ReconciliationFailures, s.Plan}
	case interface {
		GetArtifact() *fluxmeta.Artifact
		GetConditions() []metav1.Condition
	}:
		conditions = o.GetConditions()
		if artifact := o.GetArtifact(); artifact != nil {
			said = artifact.Revision
		}
	}
	generation := int64(0)
	if o, ok := object.(metav1.Object); ok {
		generation = o.GetGeneration()
	}
	for _, name := range []string{fluxmeta.ReadyCondition, fluxmeta.StalledCondition} {
		if c := meta.FindStatusCondition(conditions, name); c != nil {
			said = []any{said, c.Status, c.Reason}
		}
	}
	return fmt.Sprint(generation, said)
}
