package standin

import (
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

// requested passes a new value of reconcile.fluxcd.io/requestedAt, and no other change.
type requested struct{ predicate.Funcs }

// Update compares the values.
func (requested) Update(e event.UpdateEvent) bool {
	now, found := fluxmeta.ReconcileAnnotationValue(e.ObjectNew.GetAnnotations())
	before, _ := fluxmeta.ReconcileAnnotationValue(e.ObjectOld.GetAnnotations())
	return found && now != before
}

// revised passes a source whose artifact went from none to some or changed its revision. A new digest of the same revision is not noticed.
type revised struct{ predicate.Funcs }

// Update compares the revisions.
func (revised) Update(e event.UpdateEvent) bool {
	before, ok := e.ObjectOld.(sourcev1.Source)
	now, also := e.ObjectNew.(sourcev1.Source)
	if !ok || !also || now.GetArtifact() == nil {
		return false
	}
	return before.GetArtifact() == nil || before.GetArtifact().Revision != now.GetArtifact().Revision
}

// anyName lets several stand-ins run in one program.
func anyName() controller.Options {
	skip := true
	return controller.Options{SkipNameValidation: &skip}
}
