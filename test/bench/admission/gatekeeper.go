package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	admission "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/program"
)

const patience = 2 * time.Minute

//go:embed gatekeeper.yaml
var gatekeeperPolicies []byte

// standUpGatekeeper starts Gatekeeper from its own manifests, but for the pods: its process runs here. Its rules say what ours
// about state and forced Terraform objects say.
func standUpGatekeeper(ctx context.Context, g *ground, certificates string, bundle []byte) error {
	ports, err := program.Addresses(ctx, 3)
	if err != nil {
		return err
	}
	manifests, err := os.ReadFile(g.tools.gatekeeperManifests)
	if err != nil {
		return fmt.Errorf("read Gatekeeper's manifests: %w", err)
	}
	objects, err := documents(manifests)
	if err != nil {
		return fmt.Errorf("read Gatekeeper's manifests: %w", err)
	}
	configuration := &admission.ValidatingWebhookConfiguration{}
	for _, o := range objects {
		switch o.GetKind() {
		case "ValidatingWebhookConfiguration":
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, configuration); err != nil {
				return err
			}
		case "Namespace", "CustomResourceDefinition":
			if err := g.create(ctx, o); err != nil {
				return err
			}
		}
	}
	p := &process{name: "gatekeeper", address: ports[0], health: "http://" + ports[1] + "/readyz"}
	g.processes = append(g.processes, p)
	if err := p.start(ctx, g.dir, []string{"POD_NAMESPACE=gatekeeper-system", "POD_NAME=bench"}, g.tools.gatekeeper, "--kubeconfig", g.Kubeconfig(),
		"--operation", "webhook", "--operation", "status", "--operation", "generate", "--debug-use-fake-pod", "--logtostderr",
		"--disable-cert-rotation", "--cert-dir", certificates, "--host", "127.0.0.1", "--port", portOf(ports[0]),
		"--health-addr", ports[1], "--prometheus-port", portOf(ports[2]), "--exempt-namespace", "gatekeeper-system"); err != nil {
		return err
	}
	configuration.Webhooks = configuration.Webhooks[:1] // the other one is about labels of namespaces
	w := &configuration.Webhooks[0]
	w.ClientConfig = admission.WebhookClientConfig{URL: new("https://" + p.address + "/v1/admit"), CABundle: bundle}
	w.NamespaceSelector = only(gatekeeper)
	if err := g.create(ctx, configuration); err != nil {
		return err
	}
	if objects, err = documents(gatekeeperPolicies); err != nil {
		return err
	}
	for _, o := range objects { // constraints are of kinds that Gatekeeper makes of the templates before them
		if err := eventually(ctx, patience, "Gatekeeper takes "+o.GetKind()+" "+o.GetName(), func() error {
			err := g.admin.Create(ctx, o)
			if apierrors.IsAlreadyExists(err) {
				return nil
			}
			return err
		}); err != nil {
			return err
		}
	}
	forced := terraform(namespaceOf(gatekeeper), "forced")
	forced.Spec.Force = true
	return eventually(ctx, patience, "Gatekeeper refuses", func() error {
		err := g.admin.Create(ctx, forced.DeepCopy(), client.DryRunAll)
		if !apierrors.IsForbidden(err) {
			return fmt.Errorf("a forced Terraform object: %w", err)
		}
		return nil
	})
}

// documents of a YAML file.
func documents(text []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	for decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096); ; {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(o); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if len(o.Object) > 0 {
			objects = append(objects, o)
		}
	}
}
