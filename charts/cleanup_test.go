package charts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// annotationsGo runs the commands of docs/operations.md#uninstall that take our annotations off: they are gone, others stay, nothing restarts.
func annotationsGo(t *testing.T, world *cluster.Cluster, api client.Client) {
	definition := terraforms()
	create(t, api, definition)
	defer func() {
		if err := api.Delete(t.Context(), definition); err != nil {
			t.Error(err)
		}
	}()
	labels := map[string]string{"app": "annotated"}
	workload := &apps.Deployment{
		ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: "annotated", Annotations: map[string]string{
			"lotus-gate.dev/baseline": "{}", "lotus-gate.dev/rollout-cause": "Secret/a", "lotus-gate.dev/rollout-at": "2026-01-07T06:18:03Z",
			"lotus-gate.dev/rollout": "enabled", "example.org/owner": "data",
		}},
		Spec: apps.DeploymentSpec{
			Replicas: new(int32),
			Selector: &meta.LabelSelector{MatchLabels: labels},
			Template: core.PodTemplateSpec{
				ObjectMeta: meta.ObjectMeta{Labels: labels, Annotations: map[string]string{"lotus-gate.dev/secret-hash": "0123"}},
				Spec:       core.PodSpec{Containers: []core.Container{{Name: "c", Image: "registry.example.org/c"}}},
			},
		},
	}
	create(t, api, workload)
	template := workload.Spec.Template.DeepCopy()
	terraform := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform",
		"metadata": map[string]any{"namespace": "default", "name": "lake", "annotations": map[string]any{
			"lotus-gate.dev/refresh": "{}", "lotus-gate.dev/refresh-mode": "enabled", "reconcile.fluxcd.io/requestedAt": "now",
		}},
	}}
	eventually(t, "Terraform objects can be created", func() error { return api.Create(t.Context(), terraform.DeepCopy()) })

	script := regexp.MustCompile("(?s)```sh\n(for kind in .*?)```").FindStringSubmatch(read(t, "../docs/operations.md"))
	if script == nil {
		t.Fatal("docs/operations.md has no such commands")
	}
	bin, err := filepath.Abs("../.cache/controlplane/bin")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-uc", script[1])
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "KUBECONFIG="+world.Kubeconfig())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	if err := api.Get(t.Context(), client.ObjectKeyFromObject(workload), workload); err != nil {
		t.Fatal(err)
	}
	for key := range workload.Annotations {
		if strings.HasPrefix(key, "lotus-gate.dev/") {
			t.Errorf("%s is left", key)
		}
	}
	if workload.Annotations["example.org/owner"] != "data" {
		t.Error("an annotation of somebody else is gone")
	}
	if diff := cmp.Diff(*template, workload.Spec.Template); diff != "" {
		t.Errorf("the pods restart: %s", diff)
	}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(terraform), terraform); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"reconcile.fluxcd.io/requestedAt": "now"}, terraform.GetAnnotations()); diff != "" {
		t.Errorf("annotations of the Terraform object: %s", diff)
	}
}

// terraforms defines the kind as far as kubectl annotate needs it.
func terraforms() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "terraforms.infra.contrib.fluxcd.io"},
		"spec": map[string]any{
			"group": "infra.contrib.fluxcd.io", "scope": "Namespaced",
			"names": map[string]any{"kind": "Terraform", "listKind": "TerraformList", "plural": "terraforms", "singular": "terraform"},
			"versions": []any{map[string]any{
				"name": "v1alpha2", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
			}},
		},
	}}
}
