package delivery_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/delivery"
)

const drift = `
Note: Objects have changed outside of Terraform

Terraform will perform the following actions:

  # airbyte_connection.orders will be updated in-place
  ~ resource "airbyte_connection" "orders" {
        id           = "5f0c"
      ~ name         = "sesame" -> "Orders"
      ~ sync_catalog = {
          ~ streams = [
              ~ {
                  ~ config = "x" -> "y"
                },
            ]
        }
        # (3 unchanged attributes hidden)
    }

  # airbyte_source.old will be destroyed
  # (because airbyte_source.old is not in configuration)
  - resource "airbyte_source" "old" {
      - name = "Old" -> null
    }

  # module.m.null_resource.x["sesame key"] must be replaced
-/+ resource "null_resource" "x" {
      ~ id = "1" -> (known after apply)
    }

Plan: 1 to add, 1 to change, 2 to destroy.
`

func TestDrifted(t *testing.T) {
	for name, c := range map[string]struct {
		plan string
		want []string
	}{
		"a plan": {drift, []string{
			"airbyte_connection.orders: name", "airbyte_connection.orders: sync_catalog", "airbyte_source.old: name", `module.m.null_resource.x["sesame key"]: id`,
		}},
		"nothing to read":  {"not available", []string{"the status does not say of what"}},
		"nothing":          {"", []string{"the status does not say of what"}},
		"cut off":          {"  # airbyte_source.x will be updated in-place\n  ~ reso", []string{"airbyte_source.x"}},
		"many":             {strings.Repeat("  # a.b will be created\n  + x1 = 1\n", 1) + many(), []string{"a.b: x1", "a.x10: y", "a.x11: y", "a.x12: y", "a.x13: y", "a.x14: y", "a.x15: y", "a.x16: y", "and more"}},
		"values only look": {"  # a.b will be updated in-place\n  ~ x = \"# c.d will be destroyed\"\n", []string{"a.b: x"}},
	} {
		if diff := cmp.Diff(c.want, delivery.Drifted(c.plan)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func many() string {
	var b strings.Builder
	for _, n := range []string{"10", "11", "12", "13", "14", "15", "16", "17", "18"} {
		b.WriteString("  # a.x" + n + " will be updated in-place\n  ~ y = 1\n")
	}
	return b.String()
}

// FuzzDrifted: bounded, and never a value.
func FuzzDrifted(f *testing.F) {
	f.Add(drift)
	f.Add("# x will be \xff\n~ \x00 = 1")
	f.Fuzz(func(t *testing.T, plan string) {
		fields := delivery.Drifted(plan)
		if len(fields) == 0 || len(fields) > 9 {
			t.Errorf("%d fields", len(fields))
		}
		for _, line := range delivery.Quoted(plan) {
			if len([]rune(line)) > 161 || strings.ContainsAny(line, "\x00\x1b\n") {
				t.Errorf("%q", line)
			}
		}
	})
}
