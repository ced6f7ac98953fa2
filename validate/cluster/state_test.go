package cluster_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/cluster"
)

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func TestState(t *testing.T) {
	resource := func(mode, address string, instances ...string) string {
		kind, name, _ := strings.Cut(address, ".")
		return fmt.Sprintf(`{"mode":%q,"type":%q,"name":%q,"instances":[%s]}`, mode, kind, name, strings.Join(instances, ","))
	}
	full := func(resources ...string) []byte {
		return packed(`{"version":4,"serial":3,"lineage":"x","outputs":{"password":{"value":"` + planted + `"}},"resources":[` + strings.Join(resources, ",") + `]}`)
	}
	var many []string
	var first20 []any
	for i := range 30 {
		many = append(many, resource("managed", fmt.Sprintf("a.r%02d", i), "{}"))
		if i < 20 {
			first20 = append(first20, fmt.Sprintf("a.r%02d", i))
		}
	}
	said := func(count int, addresses ...any) map[string]any {
		return map[string]any{"secret": "tfstate-default-lake", "found": true, "resources": count, "addresses": append([]any{}, addresses...)}
	}
	var none any
	for name, tc := range map[string]struct {
		data   []byte
		change func(*tofu.Terraform)
		fail   error
		want   any
	}{
		"two resources": {data: full(resource("managed", "airbyte_source.a", "{}"), resource("data", "airbyte_source.d", "{}"), resource("managed", "airbyte_source.b", "{}")), want: said(2, "airbyte_source.a", "airbyte_source.b")},
		"instances":     {data: full(resource("managed", "x.y", `{"index_key":0,"attributes":{"p":"`+planted+`"}}`, `{"index_key":"k"}`), resource("managed", "x.gone")), want: said(2, "x.y[0]", `x.y["k"]`)},
		"in a module":   {data: full(`{"module":"module.m[0]","mode":"managed","type":"x","name":"y","instances":[{}]}`), want: said(1, "module.m[0].x.y")},
		"many":          {data: full(many...), want: said(30, first20...)},
		"long address":  {data: full(resource("managed", "x."+strings.Repeat("y", 9000), "{}")), want: said(1, "x."+strings.Repeat("y", 198)+"…")},
		"nothing left":  {data: full(), want: said(0)},
		"never applied": {want: map[string]any{"secret": "tfstate-default-lake", "found": false, "resources": 0, "addresses": []any{}}},
		"encrypted":     {data: packed(`{"encrypted_data":"x","encryption_version":"v0","meta":{}}`), want: none},
		"no gzip":       {data: []byte(`{"version":4}`), want: none},
		"cut short":     {data: full("{}")[:20], want: none},
		"a bomb":        {data: packed(`{"version":4,"resources":[]}` + strings.Repeat(" ", 33<<20)), want: none},
		"forbidden":     {data: full(), fail: apierrors.NewForbidden(schema.GroupResource{}, "", nil), want: none},
		"elsewhere":     {data: full(), change: func(t *tofu.Terraform) { t.Spec.Cloud = &tofu.Cloud{} }, want: none},
	} {
		t.Run(name, func(t *testing.T) {
			var objects []client.Object
			if tc.data != nil {
				objects = append(objects, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "tfstate-default-lake"}, Data: map[string][]byte{"tfstate": tc.data}})
			}
			c := of(t, func(any, string) error { return tc.fail }, objects...)
			got, err := cluster.New(cluster.Config{Cached: c, Live: c}).Live(t.Context(), request(t, admissionv1.Delete, tofu.Resource, nil, terraform("lake", tc.change)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]any{"state": tc.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzState: no state takes the process down.
func FuzzState(f *testing.F) {
	f.Add([]byte(`{"version":4,"resources":[{"mode":"managed","type":"a","name":"b","instances":[{"index_key":1.5}]}]}`), true)
	f.Add([]byte("\x1f\x8b"), false)
	f.Fuzz(func(t *testing.T, data []byte, pack bool) {
		if pack {
			data = packed(string(data))
		}
		c := of(t, nil, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "tfstate-default-lake"}, Data: map[string][]byte{"tfstate": data}})
		if _, err := cluster.New(cluster.Config{Cached: c, Live: c}).Live(t.Context(), request(t, admissionv1.Delete, tofu.Resource, nil, terraform("lake", nil))); err != nil {
			t.Error(err)
		}
	})
}
