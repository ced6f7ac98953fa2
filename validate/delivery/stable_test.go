package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/validate/delivery"
)

// wait for 400 ms without a change, no longer than 4 s.
func wait(t *testing.T, cluster *delivery.Cluster) (delivery.Rest, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	rest := cluster.WaitStable(ctx, delivery.Target{}, delivery.Alone{}, 400*time.Millisecond)
	var out bytes.Buffer
	if err := delivery.WriteRest(&out, rest); err != nil {
		t.Fatal(err)
	}
	return rest, out.String()
}

func TestStable(t *testing.T) {
	a, cluster := open(t, "main@sha1:aaaa")
	done := make(chan struct{})
	go func() { // what every look for drift touches is no change
		defer close(done)
		for range 6 {
			time.Sleep(100 * time.Millisecond)
			a.change(func() {
				a.terraforms[0].Status.LastSuccessfulReconcileAt = &metav1.Time{Time: time.Now()}
				a.terraforms[0].Status.LastHandledReconcileAt = time.Now().String()
				a.ready("True", "NoDrift", "")
			})
		}
	}()
	rest, text := wait(t, cluster)
	<-done
	if rest.Err != nil || len(rest.Moved) > 0 || rest.Quiet < 400*time.Millisecond || text != "" {
		t.Errorf("%+v\n%s", rest, text)
	}
}

// TestDrifts: a drift that comes back is named with its field, and nothing of its values.
func TestDrifts(t *testing.T) {
	a, cluster := open(t, "main@sha1:aaaa")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			a.change(func() {
				a.terraforms[0].Status.LastDriftDetectedAt = &metav1.Time{Time: time.Now()}
				a.ready("False", "DriftDetected", "  # airbyte_connection.orders will be updated in-place\n      ~ status = \"sesame\" -> \"active\"\n        # (3 unchanged attributes hidden)\n")
			})
			time.Sleep(150 * time.Millisecond)
			a.change(func() { a.applied("main@sha1:aaaa") })
			time.Sleep(150 * time.Millisecond)
		}
	}()
	rest, text := wait(t, cluster)
	stop()
	<-done
	if !errors.Is(rest.Err, delivery.ErrTime) {
		t.Errorf("%+v", rest)
	}
	if !strings.Contains(text, "Terraform lotus-lake/airbyte: drift of airbyte_connection.orders: status\n") || !strings.Contains(text, "status.lastDriftDetectedAt") || strings.Contains(text, "sesame") {
		t.Errorf("%s", text)
	}
}

// TestAtRestNotApplied: nothing moves, and the newest revision is not applied.
func TestAtRestNotApplied(t *testing.T) {
	a, cluster := open(t, "main@sha1:aaaa")
	a.change(func() { a.serve("main@sha1:bbbb"); a.terraforms[0].Spec.Suspend = true })
	rest, text := wait(t, cluster)
	if rest.Err != nil || rest.Legs[0].Applied || !strings.Contains(text, "suspended") {
		t.Errorf("%+v\n%s", rest, text)
	}
}

// TestRunGoesOn: a run that is under way is waited for, however little it says.
func TestRunGoesOn(t *testing.T) {
	a, cluster := open(t, "main@sha1:aaaa")
	a.change(func() { a.ready("Unknown", "Progressing", "Terraform Planning") })
	if rest, _ := wait(t, cluster); !errors.Is(rest.Err, delivery.ErrTime) {
		t.Errorf("%+v", rest)
	}
}
