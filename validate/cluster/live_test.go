package cluster_test

import (
	"testing"

	admissionv1 "k8s.io/api/admission/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/cluster"
)

func TestOtherResources(t *testing.T) {
	got, err := cluster.New(cluster.Config{}).Live(t.Context(), request(t, admissionv1.Create, "configmaps", map[string]any{}, nil))
	if got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestMalformedObjects(t *testing.T) {
	for resource, want := range map[string]string{
		tofu.Resource: "read the object: it is no Terraform object of infra.contrib.fluxcd.io/v1alpha2",
		"secrets":     "read the Secret's metadata: it has none that is valid",
	} {
		r := request(t, admissionv1.Create, resource, map[string]any{"metadata": map[string]any{"name": []string{planted}}}, nil)
		if _, err := cluster.New(cluster.Config{}).Live(t.Context(), r); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
