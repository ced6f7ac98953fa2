package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// access is one thing that was asked of the API server.
type access struct {
	verb      string
	resource  Resource
	namespace string // "" for all, or for kinds without
	name      string // "" for lists
}

// String reads as in "may not ___": list terraforms.infra.contrib.fluxcd.io in
// namespace lake.
func (a access) String() string {
	where := "in all namespaces"
	switch {
	case a.namespace != "":
		where = "in namespace " + a.namespace
	case a.name != "":
		where = "in the cluster"
	}
	what := a.resource.GroupResource().String()
	if a.name != "" {
		what += " " + a.name
	}
	return a.verb + " " + what + " " + where
}

// Denied is a right that the kubeconfig's user does not have.
type Denied struct{ access }

func (d *Denied) Error() string {
	return fmt.Sprintf("the kubeconfig's user may not %s: a Role with verb %q on resource %q of API group %q is missing",
		d.access, d.verb, d.resource.Resource, d.resource.Group)
}

// Missing is an object that does not exist.
type Missing struct{ access }

func (m *Missing) Error() string {
	return fmt.Sprintf("%s %s/%s does not exist", m.resource.GroupResource(), m.namespace, m.name)
}

// NotInstalled is a kind that the cluster does not have.
type NotInstalled struct{ Resource Resource }

func (n *NotInstalled) Error() string {
	return fmt.Sprintf("the cluster does not know %s of %s: its CustomResourceDefinition is not installed", n.Resource.GroupResource(), n.Resource.GroupVersion())
}

// failed says what became of a question. The server's own words are left out where
// they could quote an object.
func (a access) failed(err error) error {
	switch {
	case apierrors.IsForbidden(err):
		return &Denied{a}
	case apierrors.IsUnauthorized(err):
		return fmt.Errorf("%s: the API server does not accept the kubeconfig's credentials", a)
	case apierrors.IsNotFound(err) && (a.name == "" || apierrors.HasStatusCause(err, metav1.CauseTypeUnexpectedServerResponse)):
		return &NotInstalled{a.resource}
	case apierrors.IsNotFound(err):
		return &Missing{a}
	case apierrors.IsResourceExpired(err):
		return fmt.Errorf("%s: the list took so long that the API server forgot where it was: try again", a)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: no answer in time: %w", a, err)
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return fmt.Errorf("%s: %s (HTTP %d)", a, apierrors.ReasonForError(err), status.Status().Code)
	}
	return fmt.Errorf("%s: %w", a, err)
}

// undecodable is an answer that does not have the fields asked for; a decoder's own
// words could quote a value.
func undecodable(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("field %s of the answer has another type than %s", wrong.Field, wrong.Type)
	}
	return errors.New("the answer is not the JSON that was asked for")
}
