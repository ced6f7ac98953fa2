package leaf_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

func TestDifferences(t *testing.T) {
	key := leaf.NewKey()
	for name, tc := range map[string]struct {
		state, airbyte string
		want           []string
	}{
		"equal, one as text":    {`"{\"a\":1,\"b\":{\"c\":\"x\"}}"`, `{"b":{"c":"x"},"a":1}`, nil},
		"another value":         {`{"a":1,"b":"x"}`, `{"a":2,"b":"x"}`, []string{"a"}},
		"masked":                {`{"password":"real"}`, `{"password":"**********"}`, nil},
		"only one has it":       {`{"a":1}`, `{"b":1}`, nil},
		"null is not set":       {`{"a":null}`, `{"a":1}`, nil},
		"in lists":              {`{"a":[1,{"b":true}]}`, `{"a":[1,{"b":false}]}`, []string{"a.1.b"}},
		"a number is no string": {`{"a":"1"}`, `{"a":1}`, []string{"a"}},
		"not valid":             {`{"a":1`, `{"a":2}`, nil},
		"deep":                  {`{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}`, `{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":2}}}}}}}}}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := leaf.Differences(key.Of([]byte(tc.state)), key.Of([]byte(tc.airbyte)))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if a, b := leaf.NewKey(), leaf.NewKey(); a.Text("x") == b.Text("x") {
		t.Error("two keys give one digest")
	}
}

func TestIsAccessKey(t *testing.T) {
	for name, want := range map[string]bool{
		"access_key_id": true, "S3_ACCESS_KEY_ID": true, "accessKey": true, "aws-access-key": true, "CUBEJS_DB_DUCKDB_S3_ACCESS_KEY_ID": true,
		"secret_access_key": false, "access": false, "api_key": false, "access_key_idle": false,
	} {
		if got := leaf.IsAccessKey(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
