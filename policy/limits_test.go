package policy_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
)

// TestLimits: a policy that loops or blows up ends, as an error. The first would loop for hours, the second would end as a pass.
func TestLimits(t *testing.T) {
	short := policy.Limits{Time: 200 * time.Millisecond}
	small := policy.Limits{Time: time.Hour, Memory: 96 << 20}
	for name, tc := range map[string]struct {
		body   string
		limits policy.Limits
		want   string
	}{
		"loops": {
			`deny contains {"message": "m"} if {
				some a in numbers.range(1, 100000)
				some b in numbers.range(1, 100000)
				a * b < 0
			}`, short, "time limit exceeded: no verdict after 200ms",
		},
		"nested comprehensions": {
			`deny contains {"message": "m"} if {
				pairs := [[a, b, c] | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); some c in [1, 2]]
				count(pairs) == 0
			}`, small, "memory limit exceeded: more than 96 MiB of heap in use",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine(t, tc.body, policy.Config{Limits: tc.limits})
			got, err := e.Judge(t.Context(), manifest(nil), policy.Tip)
			if err == nil || !strings.Contains(err.Error(), tc.want) || got != nil {
				t.Errorf("Judge = %v, %v; want the error %s", got, err, tc.want)
			}
		})
	}
}

func TestCallerStops(t *testing.T) {
	e := engine(t, `deny contains {"message": "m"} if { some a in numbers.range(1, 100000000); a < 0 }`, policy.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if got, err := e.Judge(ctx, manifest(nil), policy.Tip); got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("Judge = %v, %v; want context.Canceled", got, err)
	}
}

// TestNoWayOut: policies that reach out of the process are refused when they
// are loaded, and a schema cannot fetch its references.
func TestNoWayOut(t *testing.T) {
	for name, call := range map[string]string{
		"http.send":          `http.send({"method": "get", "url": "http://localhost"})`,
		"net.lookup_ip_addr": `net.lookup_ip_addr("localhost")`,
		"opa.runtime":        `opa.runtime()`,
		"rand.intn":          `rand.intn("x", 5)`,
		"uuid.rfc4122":       `uuid.rfc4122("x")`,
	} {
		dir := write(t, map[string]string{
			"x.rego": metadata + "package a.b\n\ndeny contains {\"message\": \"m\"} if " + call + "\n",
		})
		_, err := policy.Load(nil, []string{dir})
		checkLoadError(t, err, dir, "unsafe built-in function calls in expression: "+name)
	}

	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(`{"type": "string"}`))
	}))
	defer server.Close()
	e := engine(t, `deny contains {"message": "m"} if json.match_schema("x", {"$ref": "`+server.URL+`"})[0]`, policy.Config{})
	if got, err := e.Judge(t.Context(), manifest(nil), policy.Tip); err == nil {
		t.Errorf("Judge = %v, want an error", got)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("a schema's reference was fetched %d times", n)
	}
}
