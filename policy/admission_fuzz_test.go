package policy

import (
	"regexp"
	"strings"
	"testing"
)

var dnsLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// FuzzAdmission: whatever the block holds, it is refused or says which requests
// come, and a mistake is placed within the file.
func FuzzAdmission(f *testing.F) {
	f.Add(`{"resources":["core/v1/secrets"],"operations":["UPDATE"],"condition":"true","selector":"a=b","failure":"fail"}`, "# METADATA\n# custom:\n#   admission:\n#     failure: x\npackage a.b\n")
	f.Add(`{"resources":["apps/*/deployments","a.b.c/v1/d"],"operations":["CREATE"],"selector":"a.b/c in (d, e),!f"}`, "")
	f.Add(`null`, "#")
	f.Fuzz(func(t *testing.T, block, text string) {
		for _, key := range []string{"", "resources", "failure"} {
			if at := admissionLine(text, 1, key); at < 1 || at > 1+strings.Count(text, "\n") {
				t.Errorf("line %d of %q", at, text)
			}
		}
		a, err := newAdmission([]byte(block), "document", []string{"manifest"})
		if err != nil {
			return
		}
		if name := (Rule{Admission: a}).Webhook(); !dnsLabel.MatchString(name) {
			t.Errorf("webhook name %q", name)
		}
		for _, pattern := range a.Resources {
			group, version, resource := SplitResource(pattern)
			if version == "" || resource == "" || !a.Concerns(AdmissionRequest{Group: group, Version: version, Resource: resource, Operation: a.Operations[0]}) {
				t.Errorf("%q concerns no request", pattern)
			}
		}
	})
}
