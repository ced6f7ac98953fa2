package rollout

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// What the API server answers to a write decides when to look again.
func TestAnswers(t *testing.T) {
	resource := schema.GroupResource{Group: "apps", Resource: "deployments"}
	tests := map[string]struct {
		answer error
		want   reconcile.Result
		failed bool // given to the queue's backoff
	}{
		"429 with Retry-After": {apierrors.NewTooManyRequests("slow down", 7), reconcile.Result{RequeueAfter: 7 * time.Second}, false},
		"500":                  {apierrors.NewInternalError(errors.New("etcd")), reconcile.Result{}, true},
		"409":                  {apierrors.NewConflict(resource, "app", errors.New("newer")), reconcile.Result{}, true},
		"404":                  {apierrors.NewNotFound(resource, "app"), reconcile.Result{}, false},
		"no answer":            {errors.New("connection refused"), reconcile.Result{}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := newController(Config{Events: silent{}}, nil, nil, nil)
			got, err := c.writeFailed(workload{Request: app(1)}, &notes{}, fingerprint{}, test.answer)
			if (err != nil) != test.failed {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if name == "409" && !apierrors.IsConflict(err) {
				t.Error("the conflict is lost, and with it the live read")
			}
		})
	}
}

// What an error quotes of an object is not told.
func TestReasonQuotesNothing(t *testing.T) {
	denied := &apierrors.StatusError{ErrStatus: metav1.Status{
		Code: 403, Reason: metav1.StatusReasonForbidden, Message: `admission webhook "policy.example.org" denied the request: env PASSWORD=planted-value is not allowed`,
	}}
	invalid := &apierrors.StatusError{ErrStatus: metav1.Status{Code: 422, Reason: metav1.StatusReasonInvalid, Message: `Invalid value: "planted-value"`}}
	for want, err := range map[string]error{
		`admission webhook "policy.example.org" denied the request`: denied,
		"422 Invalid":                     invalid,
		"no answer (*errors.errorString)": errors.New("planted-value"),
	} {
		if got := reasonOf(err); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}
