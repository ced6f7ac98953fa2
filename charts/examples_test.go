package charts

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// TestExampleCluster: the objects of examples/cluster are what their kinds take, each namespace is there before it is used, and what one object names
// of another exists.
func TestExampleCluster(t *testing.T) {
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, sourcev1.AddToScheme, tofu.AddToScheme} {
		if err := add(all); err != nil {
			t.Fatal(err)
		}
	}
	decoder := serializer.NewCodecFactory(all, serializer.EnableStrict).UniversalDeserializer()
	files, err := filepath.Glob("../examples/cluster/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%q, %v", files, err)
	}
	slices.Sort(files)
	seen := map[string]bool{}
	var terraforms []*tofu.Terraform
	for _, file := range files {
		for _, document := range strings.Split(read(t, file), "\n---\n") {
			object, kind, err := decoder.Decode([]byte(document), nil, nil)
			if err != nil {
				t.Fatalf("%s: %v in\n%s", file, err, document)
			}
			named, err := meta.Accessor(object)
			if err != nil {
				t.Fatal(err)
			}
			if namespace := named.GetNamespace(); namespace != "" && !seen["Namespace /"+namespace] {
				t.Errorf("%s: %s is in %s, which is not there yet", file, named.GetName(), namespace)
			}
			seen[kind.Kind+" "+named.GetNamespace()+"/"+named.GetName()] = true
			if terraform, ok := object.(*tofu.Terraform); ok {
				terraforms = append(terraforms, terraform)
			}
		}
	}
	for _, terraform := range terraforms {
		needs := []string{"ServiceAccount " + terraform.Namespace + "/tf-runner", terraform.Spec.SourceRef.Kind + " " + terraform.Namespace + "/" + terraform.Spec.SourceRef.Name}
		for _, from := range terraform.Spec.VarsFrom {
			needs = append(needs, from.Kind+" "+terraform.Namespace+"/"+from.Name)
		}
		for _, need := range needs {
			if !seen[need] {
				t.Errorf("%s names %s, which is not there", terraform.Name, need)
			}
		}
	}
	if len(terraforms) != 1 {
		t.Errorf("%d Terraform objects", len(terraforms))
	}
}
