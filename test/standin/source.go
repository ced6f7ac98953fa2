package standin

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// sources is the stand-in for source-controller, for GitRepository objects: it asks the git server at every interval, when the spec changes and
// when requestedAt gets a new value.
type sources struct {
	client    client.Client
	clock     *Clock
	dir       string // of clones
	artifacts *store
	url       string // of artifacts
}

func (s *sources) setup(mgr manager.Manager) error {
	return builder.ControllerManagedBy(mgr).Named("source").
		For(&sourcev1.GitRepository{}, builder.WithPredicates(predicate.Or(predicate.GenerationChangedPredicate{}, requested{}))).
		WithOptions(anyName()).
		Complete(s)
}

// Reconcile fetches once.
func (s *sources) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	repository := &sourcev1.GitRepository{}
	if err := s.client.Get(ctx, request.NamespacedName, repository); err != nil || repository.Spec.Suspend {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	before := repository.DeepCopy()
	ready := metav1.Condition{Type: fluxmeta.ReadyCondition, Status: metav1.ConditionTrue, Reason: fluxmeta.SucceededReason, ObservedGeneration: repository.Generation}
	artifact, err := s.fetch(ctx, repository)
	if err != nil {
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, sourcev1.GitOperationFailedReason, err.Error()
	} else {
		ready.Message = "stored artifact for revision '" + artifact.Revision + "'"
		if old := repository.Status.Artifact; old == nil || old.Digest != artifact.Digest || old.Revision != artifact.Revision {
			repository.Status.Artifact = artifact
		}
	}
	ready.LastTransitionTime = metav1.NewTime(s.clock.Now())
	meta.SetStatusCondition(&repository.Status.Conditions, ready)
	repository.Status.ObservedGeneration = repository.Generation
	if token, asked := fluxmeta.ReconcileAnnotationValue(repository.Annotations); asked {
		repository.Status.LastHandledReconcileAt = token
	}
	if err := s.client.Status().Patch(ctx, repository, client.MergeFrom(before)); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	return reconcile.Result{RequeueAfter: s.clock.Real(repository.Spec.Interval.Duration)}, nil
}

func (s *sources) fetch(ctx context.Context, repository *sourcev1.GitRepository) (*fluxmeta.Artifact, error) {
	clone := filepath.Join(s.dir, repository.Namespace+"_"+repository.Name)
	if _, err := os.Stat(clone); err != nil {
		if _, err := git(ctx, "init", "--quiet", "--bare", clone); err != nil {
			return nil, err
		}
	}
	branch := "master"
	if ref := repository.Spec.Reference; ref != nil && ref.Branch != "" {
		branch = ref.Branch
	}
	if _, err := git(ctx, "-C", clone, "fetch", "--quiet", "--depth=1", repository.Spec.URL, "+refs/heads/"+branch+":refs/heads/fetched"); err != nil {
		return nil, err
	}
	commit, err := git(ctx, "-C", clone, "rev-parse", "refs/heads/fetched")
	if err != nil {
		return nil, err
	}
	archive, err := git(ctx, "-C", clone, "archive", "--format=tar", "refs/heads/fetched")
	if err != nil {
		return nil, err
	}
	ignore := ""
	if repository.Spec.Ignore != nil {
		ignore = *repository.Spec.Ignore
	}
	packed, err := without(archive, ignore)
	if err != nil {
		return nil, err
	}
	digest, size := s.artifacts.add(packed), int64(len(packed))
	return &fluxmeta.Artifact{
		Revision: branch + "@sha1:" + strings.TrimSpace(string(commit)), Digest: digest, Size: &size,
		Path: fmt.Sprintf("gitrepository/%s/%s/%s.tar", repository.Namespace, repository.Name, digest), URL: s.url + "/" + digest + ".tar",
		LastUpdateTime: metav1.NewTime(s.clock.Now()),
	}, nil
}
