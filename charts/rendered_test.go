package charts

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
)

// TestObjects decodes what is rendered strictly, by the Go types of Kubernetes and cert-manager: a misspelt or doubled field is an error.
func TestObjects(t *testing.T) {
	for _, values := range valueSets(t) {
		t.Run(values, func(t *testing.T) {
			objects := decode(t, render(t, "--values", values))
			if len(objects) < 12 {
				t.Errorf("%d objects", len(objects))
			}
			deployment := only[*apps.Deployment](t, objects)
			checkPod(t, deployment.Spec.Template.Spec)
			account := only[*core.ServiceAccount](t, objects)
			if account.AutomountServiceAccountToken == nil || *account.AutomountServiceAccountToken {
				t.Error("every pod that names the service account gets its token")
			}
		})
	}
}

func checkPod(t *testing.T, pod core.PodSpec) {
	t.Helper()
	container := pod.Containers[0]
	var drain int64
	for _, arg := range container.Args {
		var seconds int64
		for _, flag := range []string{"--drain-delay=%ds", "--drain-timeout=%ds"} {
			if n, err := fmt.Sscanf(arg, flag, &seconds); n == 1 && err == nil {
				drain += seconds
			}
		}
	}
	if drain == 0 || *pod.TerminationGracePeriodSeconds <= drain {
		t.Errorf("%d s to terminate, %d s to drain", *pod.TerminationGracePeriodSeconds, drain)
	}
	ports := map[string]bool{}
	for _, port := range container.Ports {
		ports[port.Name] = true
	}
	for _, probe := range []*core.Probe{container.StartupProbe, container.LivenessProbe, container.ReadinessProbe} {
		if !ports[probe.HTTPGet.Port.StrVal] {
			t.Errorf("probe of port %s, which is not there", probe.HTTPGet.Port.StrVal)
		}
	}
	if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Memory().IsZero() {
		t.Errorf("resources %v", container.Resources)
	}
	if !*container.SecurityContext.ReadOnlyRootFilesystem {
		t.Error("the root file system can be written")
	}
}

// TestNamespaces: with a list of namespaces nothing outside it is granted but what concerns the cluster and the release's own namespace.
func TestNamespaces(t *testing.T) {
	objects := decode(t, render(t, "--set", image, "--set", "namespaces={b,a}"))
	for _, binding := range of[*rbac.ClusterRoleBinding](objects) {
		if binding.RoleRef.Name == "lotus-gate-objects" {
			t.Error("the whole cluster's objects are granted")
		}
	}
	var granted []string
	for _, binding := range of[*rbac.RoleBinding](objects) {
		granted = append(granted, binding.Namespace+": "+binding.RoleRef.Kind+" "+binding.RoleRef.Name)
	}
	if want := []string{"a: ClusterRole lotus-gate-objects", "b: ClusterRole lotus-gate-objects", "lotus-gate: Role lotus-gate"}; !slices.Equal(granted, want) {
		t.Errorf("granted %q, want %q", granted, want)
	}
	if args := only[*apps.Deployment](t, objects).Spec.Template.Spec.Containers[0].Args; !slices.Contains(args, "--namespaces=a,b") {
		t.Errorf("the process is not told: %q", args)
	}
}

// TestConfigChangeRollsPods: the template changes with the configuration, and with nothing else that a ConfigMap holds.
func TestConfigChangeRollsPods(t *testing.T) {
	checksum := func(args ...string) string {
		objects := decode(t, render(t, append([]string{"--set", image}, args...)...))
		return only[*apps.Deployment](t, objects).Spec.Template.Annotations["lotus-gate.dev/config-checksum"]
	}
	before := checksum()
	if before == "" || before == checksum("--set", "config.secretHash.budget=5") {
		t.Error("a change of the configuration rolls no pod")
	}
	deployment := only[*apps.Deployment](t, decode(t, render(t, "--set", image)))
	if deployment.Annotations["lotus-gate.dev/rollout"] != "disabled" {
		t.Error("a change of the configuration rolls pods twice: the checksum does, and the webhook's own controller")
	}
	if before != checksum("--set", "alerts.enabled=true") {
		t.Error("a change of something else rolls pods")
	}
}

func decode(t *testing.T, rendered string) []runtime.Object {
	t.Helper()
	all := runtime.NewScheme()
	if err := scheme.AddToScheme(all); err != nil {
		t.Fatal(err)
	}
	if err := certmanager.AddToScheme(all); err != nil {
		t.Fatal(err)
	}
	decoder := serializer.NewCodecFactory(all, serializer.EnableStrict).UniversalDeserializer()
	var objects []runtime.Object
	for _, document := range strings.Split(rendered, "\n---\n") {
		if strings.Contains(document, "apiVersion: monitoring.coreos.com/v1") {
			continue // no Go types at hand; TestAlerts reads them
		}
		object, _, err := decoder.Decode([]byte(strings.TrimPrefix(document, "---\n")), nil, nil)
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		objects = append(objects, object)
	}
	return objects
}

func of[T any](objects []runtime.Object) []T {
	var found []T
	for _, object := range objects {
		if typed, ok := object.(T); ok {
			found = append(found, typed)
		}
	}
	return found
}

func only[T any](t *testing.T, objects []runtime.Object) T {
	t.Helper()
	found := of[T](objects)
	if len(found) != 1 {
		t.Fatalf("%d objects of %T", len(found), *new(T))
	}
	return found[0]
}
