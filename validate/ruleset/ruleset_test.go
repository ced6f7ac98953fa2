package ruleset_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/test/tree"
	"github.com/lotus-lake/lotus-gate/validate/ruleset"
)

const metadata = `# METADATA
# title: T
# description: D
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: R
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE]
`

// says is a rule a/<name> that refuses everything with a message.
func says(name, message string) string {
	return fmt.Sprintf("%spackage a.%s\n\ndeny contains {\"message\": %q}\n", metadata, name, message)
}

// embedded is a file system of rules with its index.
func embedded(t *testing.T, files map[string]string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	index, err := policy.Index(fsys)
	if err != nil {
		t.Fatal(err)
	}
	fsys[policy.IndexFile] = &fstest.MapFile{Data: index}
	return fsys
}

// judged lists the messages that a ConfigMap's creation gets.
func judged(t *testing.T, r *ruleset.Ruleset) []string {
	t.Helper()
	found, err := r.Engine().JudgeRequest(t.Context(), policy.Document{Kind: "manifest", Input: map[string]any{"object": map[string]any{}}},
		policy.AdmissionRequest{Version: "v1", Resource: "configmaps", Operation: "CREATE"})
	if err != nil {
		t.Error(err)
	}
	var messages []string
	for _, f := range found {
		messages = append(messages, f.Message)
	}
	slices.Sort(messages)
	return messages
}

// start makes a ruleset of one embedded rule and more, quick in everything, and
// follows its sources until the test ends.
func start(t *testing.T, config ruleset.Config) *ruleset.Ruleset {
	t.Helper()
	if config.Embedded == nil {
		config.Embedded = embedded(t, map[string]string{"a/shipped/shipped.rego": says("shipped", "shipped")})
	}
	config.Poll, config.Debounce = 10*time.Millisecond, 30*time.Millisecond
	r, err := ruleset.New(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := r.Start(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return r
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not seen in a minute: %s", what)
		}
	}
}

func serves(t *testing.T, r *ruleset.Ruleset, want ...string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%q serve", want), func() bool { return slices.Equal(want, judged(t, r)) })
}

// put replaces a file at once, as editors do.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	temporary := filepath.Join(t.TempDir(), name)
	if err := errors.Join(os.WriteFile(temporary, []byte(text), 0o644), os.Rename(temporary, filepath.Join(dir, name))); err != nil {
		t.Fatal(err)
	}
}

func TestNew(t *testing.T) {
	good := embedded(t, map[string]string{"a/shipped/shipped.rego": says("shipped", "shipped")})
	broken := embedded(t, map[string]string{"a/shipped/shipped.rego": says("shipped", "shipped") + "\nx if y\n"})
	unknown := policy.Config{Rules: map[string]policy.RuleConfig{"a/author": {Disabled: true}}}
	for name, tc := range map[string]struct {
		config ruleset.Config
		want   string
	}{
		"no index":                   {ruleset.Config{Embedded: fstest.MapFS{}}, "embedded rules: read rule index"},
		"does not compile":           {ruleset.Config{Embedded: broken}, "embedded rules: compile rules: 1 error occurred: a/shipped/shipped.rego:19"},
		"configures an unknown rule": {ruleset.Config{Embedded: good, Tuning: unknown}, `embedded rules: unknown rule "a/author"`},
	} {
		if r, err := ruleset.New(tc.config); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s: New = %v, %v; want the error %s", name, r, err, tc.want)
		}
	}
	// The same configuration is right once an author's rules are there.
	r := start(t, ruleset.Config{Embedded: good, Tuning: unknown, Directories: []string{t.TempDir()}})
	eventually(t, "an unknown rule is told of", func() bool { return strings.Contains(r.Status().Problem, "unknown rule") })
	serves(t, r, "shipped")
}

func TestDirectory(t *testing.T) {
	dir, registry := t.TempDir(), prometheus.NewRegistry()
	r := start(t, ruleset.Config{Directories: []string{dir}, Metrics: ruleset.NewMetrics(registry)})
	eventually(t, "the first load", func() bool { return r.Status().Loaded })
	first := r.Status()
	if diff := cmp.Diff(ruleset.Status{Revision: r.Current().Revision, Rules: 1, Loaded: true}, first, cmpopts.IgnoreFields(ruleset.Status{}, "LoadedAt")); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	metrics := func(loaded, rejected, failed int) {
		t.Helper()
		want := fmt.Sprintf(`# HELP lotus_gate_policy_info 1 for the revision of the policies that serve.
# TYPE lotus_gate_policy_info gauge
lotus_gate_policy_info{revision=%q} 1
# HELP lotus_gate_policy_last_load_failed 1 while the policies as they are now cannot be used.
# TYPE lotus_gate_policy_last_load_failed gauge
lotus_gate_policy_last_load_failed %d
# HELP lotus_gate_policy_load_total Policy sets read, by result: loaded or rejected.
# TYPE lotus_gate_policy_load_total counter
lotus_gate_policy_load_total{result="loaded"} %d
lotus_gate_policy_load_total{result="rejected"} %d
`, r.Status().Revision, failed, loaded, rejected)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, family := range families {
			if _, err := expfmt.MetricFamilyToText(&got, family); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, got.String()); diff != "" {
			t.Errorf("metrics (-want +got):\n%s", diff)
		}
	}
	metrics(1, 0, 0)

	put(t, dir, "x.rego", says("x", "one"))
	serves(t, r, "one", "shipped")
	second := r.Status()
	if second.Revision == first.Revision || second.Rules != 2 || second.Problem != "" {
		t.Errorf("status is %+v after %+v", second, first)
	}

	put(t, dir, "x.rego", says("x", "two")+"deny contains {")
	eventually(t, "a rule that does not parse is told of", func() bool {
		return strings.Contains(r.Status().Problem, dir+"/x.rego:") && strings.Contains(r.Status().Problem, "rego_parse_error")
	})
	serves(t, r, "one", "shipped")
	if got := r.Status().Revision; got != second.Revision {
		t.Errorf("revision is %s, want that of what serves, %s", got, second.Revision)
	}
	metrics(2, 1, 1)

	put(t, dir, "x.rego", says("x", "one")) // as it serves
	eventually(t, "the problem is gone", func() bool { return r.Status().Problem == "" })
	metrics(3, 1, 0)

	put(t, dir, "x.rego", says("x", "three"))
	serves(t, r, "shipped", "three")
	if err := os.Remove(filepath.Join(dir, "x.rego")); err != nil {
		t.Fatal(err)
	}
	serves(t, r, "shipped")
}

func TestRejected(t *testing.T) {
	for name, tc := range map[string]struct {
		files  map[string]string
		limits ruleset.Limits
		check  error
		want   string
	}{
		"its own test fails": {
			files: map[string]string{"x.rego": says("x", "x"), "x_test.rego": "package a.x_test\n\nimport data.a.x\n\ntest_x if count(x.deny) == 0\n"},
			want:  "DIR/x_test.rego:5: test data.a.x_test.test_x does not pass",
		},
		"its test never ends": {
			files: map[string]string{
				"x.rego":      says("x", "x"),
				"x_test.rego": "package a.x_test\n\ntest_x if { some a in numbers.range(1, 1000); some b in numbers.range(1, 1000); some c in numbers.range(1, 1000000); a * b * c < 0 }\n",
			},
			limits: ruleset.Limits{Tests: policy.Limits{Time: 100 * time.Millisecond}},
			want:   "run tests: time limit exceeded: no verdict after 100ms",
		},
		"too large":      {files: map[string]string{"x.rego": says("x", strings.Repeat("x", 5000))}, limits: ruleset.Limits{Bytes: 5000}, want: "policies of DIR: DIR/x.rego: policies are too large"},
		"too many":       {files: map[string]string{"x.rego": says("x", "x"), "y.rego": says("y", "y")}, limits: ruleset.Limits{Files: 1}, want: "policies of DIR: DIR/y.rego: too many policy files"},
		"a shipped rule": {files: map[string]string{"x.rego": says("shipped", "x")}, want: "DIR/x.rego:15: package a.shipped is already defined by the shipped rules: choose another name"},
		"the cluster":    {files: map[string]string{"x.rego": says("x", "x")}, check: errors.New("no such field"), want: "no such field"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range tc.files {
				put(t, dir, file, text)
			}
			r := start(t, ruleset.Config{Directories: []string{dir}, Limits: tc.limits, Check: func(_ context.Context, rules []policy.Rule) error {
				if len(rules) > 1 {
					return tc.check
				}
				return nil
			}})
			eventually(t, "a problem", func() bool { return r.Status().Problem != "" })
			if got := strings.ReplaceAll(r.Status().Problem, dir, "DIR"); got != tc.want {
				t.Errorf("problem is %q, want %q", got, tc.want)
			}
			serves(t, r, "shipped")
		})
	}
	missing := start(t, ruleset.Config{Directories: []string{filepath.Join(t.TempDir(), "none")}})
	eventually(t, "a missing directory is told of", func() bool { return strings.Contains(missing.Status().Problem, "no such file or directory") })
	pipe := filepath.Join(t.TempDir(), "x.rego")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	stuck := start(t, ruleset.Config{Directories: []string{filepath.Dir(pipe)}})
	eventually(t, "a pipe is told of", func() bool { return strings.Contains(stuck.Status().Problem, "no regular file") })
}

// TestStartWithABadSource: what was bad before the process began does not take away
// what is good, nor the process.
func TestStartWithABadSource(t *testing.T) {
	bad, good, helper := t.TempDir(), t.TempDir(), t.TempDir()
	put(t, bad, "x.rego", "package a.bad\n{")
	put(t, good, "x.rego", metadata+"package a.good\n\nimport data.lib.mine\n\ndeny contains {\"message\": mine.word}\n")
	put(t, helper, "x.rego", "package lib.mine\n\nword := \"good\"\n")
	r := start(t, ruleset.Config{Directories: []string{bad, good, helper}})
	serves(t, r, "good", "shipped")
	if problem := r.Status().Problem; !strings.Contains(problem, bad) {
		t.Errorf("problem is %q, want it to name %s", problem, bad)
	}
}

// TestRetry: what failed for want of time is tried again.
func TestRetry(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "x.rego", says("x", "x"))
	asked := 0
	r := start(t, ruleset.Config{Directories: []string{dir}, Retry: 20 * time.Millisecond, Check: func(context.Context, []policy.Rule) error {
		if asked++; asked < 4 {
			return errors.New("later")
		}
		return nil
	}})
	serves(t, r, "shipped", "x")
	eventually(t, "no problem", func() bool { return r.Status().Problem == "" })
}

// mount makes a version of a mounted ConfigMap, as the kubelet does: a directory
// for each version, and a link that is swapped.
func mount(t *testing.T, dir, version string, files map[string]string) {
	t.Helper()
	tree.Write(t, filepath.Join(dir, "..v"+version), files)
	for name := range files {
		top, _, _ := strings.Cut(name, "/")
		if err := os.Symlink("..data/"+top, filepath.Join(dir, top)); err != nil && !errors.Is(err, os.ErrExist) {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "..data_tmp")
	if err := errors.Join(os.Symlink("..v"+version, link), os.Rename(link, filepath.Join(dir, "..data"))); err != nil {
		t.Fatal(err)
	}
}

func TestMountedConfigMap(t *testing.T) {
	dir := t.TempDir()
	mount(t, dir, "1", map[string]string{"x.rego": says("x", "one"), "sub/y.rego": says("y", "one")})
	r := start(t, ruleset.Config{Directories: []string{dir}})
	serves(t, r, "one", "one", "shipped")
	mount(t, dir, "2", map[string]string{"x.rego": says("x", "two"), "sub/y.rego": says("y", "two")})
	serves(t, r, "shipped", "two", "two")
	if problem := r.Status().Problem; problem != "" {
		t.Error(problem)
	}
}

// TestSwapIsAtomic: two rules that always change together are never seen apart,
// and OnLoad tells of each swap.
func TestSwapIsAtomic(t *testing.T) {
	dir := t.TempDir()
	both := func(version int) map[string]string {
		return map[string]string{"x.rego": says("x", fmt.Sprint(version)), "y.rego": says("y", fmt.Sprint(version))}
	}
	mount(t, dir, "0", both(0))
	loads := make(chan string, 100)
	r := start(t, ruleset.Config{Directories: []string{dir}, OnLoad: func(p *ruleset.Policies) { loads <- p.Revision }})
	serves(t, r, "0", "0", "shipped")
	stop := make(chan struct{})
	var judges sync.WaitGroup
	for range 2 {
		judges.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got := judged(t, r); len(got) != 3 || got[0] != got[1] {
					t.Errorf("half a set judged: %q", got)
				}
			}
		})
	}
	for n := 1; n <= 5; n++ {
		mount(t, dir, fmt.Sprint(n), both(n))
		serves(t, r, fmt.Sprint(n), fmt.Sprint(n), "shipped")
	}
	close(stop)
	judges.Wait()
	var last string
	for range 6 {
		last = <-loads
	}
	if last != r.Current().Revision || len(loads) > 0 {
		t.Errorf("the last of six calls of OnLoad was for %s, and %d more; %s serves", last, len(loads), r.Current().Revision)
	}
}
