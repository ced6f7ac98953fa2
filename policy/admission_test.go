package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// admitted is METADATA with an admission block, each line indented by four.
func admitted(lines ...string) string {
	return metadata + "#   admission:\n#     " + strings.Join(lines, "\n#     ") + "\n"
}

func TestAdmission(t *testing.T) {
	for name, tc := range map[string]struct {
		meta string
		want *policy.Admission
	}{
		"none": {metadata, nil},
		"least": {
			admitted("resources: [core/v1/secrets]", "operations: [DELETE]"),
			&policy.Admission{Resources: []string{"core/v1/secrets"}, Operations: []string{"DELETE"}, Failure: policy.Ignore},
		},
		"all": {
			admitted("resources: [infra.contrib.fluxcd.io/*/terraforms, core/v1/secrets]", "operations: [CREATE, UPDATE]",
				`condition: request.name.startsWith("tfstate-")`, "selector: lotus-gate.dev/stream-source, a!=b, c in (d, e)", "failure: fail"),
			&policy.Admission{
				Resources: []string{"infra.contrib.fluxcd.io/*/terraforms", "core/v1/secrets"}, Operations: []string{"CREATE", "UPDATE"},
				Condition: `request.name.startsWith("tfstate-")`, Selector: "lotus-gate.dev/stream-source, a!=b, c in (d, e)", Failure: policy.Fail,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			set := load(t, map[string]string{"x.rego": tc.meta + "package a.b\n" + body})
			if diff := cmp.Diff(tc.want, set.Rules()[0].Admission); diff != "" {
				t.Errorf("admission (-want +got):\n%s", diff)
			}
			files := shipped(t, map[string]string{"a/b/b.rego": tc.meta + "package a.b\n" + body})
			indexed, err := policy.Load(files, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, indexed.Rules()[0].Admission); diff != "" {
				t.Errorf("admission in the index (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAdmissionErrors(t *testing.T) {
	resources, operations := "resources: [core/v1/secrets]", "operations: [DELETE]"
	for name, tc := range map[string]struct{ meta, want string }{
		"unknown key":       {admitted(resources, operations, "fialure: fail"), `DIR/x.rego:14: custom.admission: json: unknown field "fialure"`},
		"no resources":      {admitted(operations), "DIR/x.rego:14: custom.admission.resources: missing"},
		"no operations":     {admitted(resources), "DIR/x.rego:14: custom.admission.operations: missing"},
		"resource":          {admitted(operations, "resources: [secrets]"), `DIR/x.rego:16: custom.admission.resources: "secrets": want group/version/resource, as in`},
		"any resource":      {admitted(operations, "resources: [core/v1/*]"), `DIR/x.rego:16: custom.admission.resources: "core/v1/*": want`},
		"subresource":       {admitted(operations, "resources: [core/v1/pods/exec]"), `DIR/x.rego:16: custom.admission.resources: "core/v1/pods/exec": want`},
		"operation":         {admitted(resources, "operations: [PATCH]"), `DIR/x.rego:16: custom.admission.operations: "PATCH": want some of CREATE, UPDATE, DELETE, CONNECT`},
		"selector":          {admitted(resources, operations, `selector: "a = b = c"`), `DIR/x.rego:17: custom.admission.selector: "a = b = c" is no label selector`},
		"failure":           {admitted(resources, operations, "failure: open"), `DIR/x.rego:17: custom.admission.failure: "open": want ignore or fail`},
		"long condition":    {admitted(resources, operations, "condition: "+strings.Repeat("x", 5000)), "DIR/x.rego:17: custom.admission.condition: 5000 bytes, more than 4096"},
		"nothing in it":     {metadata + "#   admission:\n", "DIR/x.rego:14: custom.admission.resources: missing"},
		"wrong type":        {metadata + "#   admission: all\n", "DIR/x.rego:14: custom.admission: json: cannot unmarshal string"},
		"request without":   {strings.Replace(metadata, "scope: document", "scope: request", 1), "DIR/x.rego:1: custom.admission: missing: a rule on requests says"},
		"no such documents": {strings.Replace(admitted(resources, operations), "[manifest]", "[workspace]", 1), "DIR/x.rego:14: custom.admission: custom.kinds has none of manifest, stream, request"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{"x.rego": tc.meta + "package a.b\n" + body})
			_, err := policy.Load(nil, []string{dir})
			checkLoadError(t, err, dir, tc.want)
		})
	}
}

func TestWebhook(t *testing.T) {
	got := map[string]string{}
	for name, r := range map[string]policy.Rule{
		"none":            {Shipped: true},
		"zero":            {Shipped: true, Admission: &policy.Admission{}},
		"ignore":          {Shipped: true, Admission: &policy.Admission{Failure: policy.Ignore}},
		"fail":            {Shipped: true, Admission: &policy.Admission{Failure: policy.Fail}},
		"author's":        {Admission: &policy.Admission{Failure: policy.Fail}},
		"condition":       {Shipped: true, Admission: &policy.Admission{Failure: policy.Fail, Condition: "a", Resources: []string{"x"}}},
		"other resources": {Shipped: true, Admission: &policy.Admission{Failure: policy.Fail, Condition: "a", Resources: []string{"y"}}},
		"selector":        {Shipped: true, Admission: &policy.Admission{Failure: policy.Fail, Selector: "a"}},
	} {
		got[name] = r.Webhook()
	}
	want := map[string]string{
		"none": "", "zero": "ignore", "ignore": "ignore", "fail": "fail", "author's": "author-fail",
		"condition": "fail-4162fddd", "other resources": "fail-4162fddd", "selector": "fail-9df3c5fa",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
