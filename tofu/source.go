package tofu

import (
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SourceGroup is the API group of Flux's sources.
const SourceGroup = "source.toolkit.fluxcd.io"

// defaultBranch is what a GitRepository follows when its spec says nothing.
const defaultBranch = "refs/heads/master"

// Source is what is read of a GitRepository, Bucket or OCIRepository where Flux's own
// types would bring a controller's libraries with them.
type Source struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec   SourceSpec   `json:"spec"`
	Status SourceStatus `json:"status"`
}

// SourceSpec says what a source follows, and how often it looks.
type SourceSpec struct {
	Suspend  bool            `json:"suspend,omitempty"`
	Interval metav1.Duration `json:"interval,omitempty"`
	Ref      *SourceRef      `json:"ref,omitempty"`
}

// SourceRef is what a GitRepository follows; the first of name, semver, tag and branch
// that is set counts.
type SourceRef struct {
	Branch string `json:"branch,omitempty"`
	Tag    string `json:"tag,omitempty"`
	SemVer string `json:"semver,omitempty"`
	Name   string `json:"name,omitempty"`
	Commit string `json:"commit,omitempty"`
}

// SourceStatus is what source-controller says.
type SourceStatus struct {
	ObservedGeneration     int64              `json:"observedGeneration,omitempty"`
	LastHandledReconcileAt string             `json:"lastHandledReconcileAt,omitempty"`
	Artifact               *Artifact          `json:"artifact,omitempty"`
	Conditions             []metav1.Condition `json:"conditions,omitempty"`
}

// Artifact is what a source serves.
type Artifact struct {
	Revision       string       `json:"revision"`
	Digest         string       `json:"digest"` // sha256:<hex>
	URL            string       `json:"url"`
	LastUpdateTime *metav1.Time `json:"lastUpdateTime,omitempty"`
}

// Revision that the source serves; "" for none.
func (s *Source) Revision() string {
	if s.Status.Artifact == nil {
		return ""
	}
	return s.Status.Artifact.Revision
}

// Ready is the condition of that name, nil when there is none yet.
func (s *Source) Ready() *metav1.Condition {
	return meta.FindStatusCondition(s.Status.Conditions, ConditionReady)
}

// Follows reports whether a push to a ref, by its full name, may change what the
// source serves.
func (s *Source) Follows(ref string) bool {
	r := s.Spec.Ref
	switch {
	case r == nil:
		return ref == defaultBranch
	case r.Name != "":
		return r.Name == ref
	case r.SemVer != "":
		return strings.HasPrefix(ref, "refs/tags/")
	case r.Tag != "":
		return ref == path.Join("refs/tags", r.Tag)
	case r.Branch != "":
		return ref == path.Join("refs/heads", r.Branch) && r.Commit == ""
	}
	return r.Commit == "" && ref == defaultBranch
}
