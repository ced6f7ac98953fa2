package secrethash

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

func TestBaselineText(t *testing.T) {
	sum := strings.Repeat("ab", 16)
	baseline := Baseline{Key: "k1", Refs: map[string]string{"Secret/b": sum, "ConfigMap/a": "-"}}
	text := `{"key":"k1","refs":{"ConfigMap/a":"-","Secret/b":"` + sum + `"}}`
	if diff := cmp.Diff(text, baseline.String()); diff != "" {
		t.Error(diff)
	}
	got, err := ParseBaseline(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(baseline, got); diff != "" {
		t.Error(diff)
	}
	if got := (Baseline{Key: "k"}).String(); got != `{"key":"k","refs":{}}` {
		t.Errorf("empty: %s", got)
	}
}

func TestParseBaselineRefuses(t *testing.T) {
	sum := strings.Repeat("ab", 16)
	for name, text := range map[string]string{
		"nothing":        "",
		"no object":      `[]`,
		"no key":         `{"refs":{}}`,
		"no references":  `{"key":"k"}`,
		"unknown field":  `{"key":"k","refs":{},"more":1}`,
		"something else": `{"key":"k","refs":{}} {}`,
		"short digest":   `{"key":"k","refs":{"Secret/a":"ab"}}`,
		"no digest":      `{"key":"k","refs":{"Secret/a":""}}`,
		"other kind":     `{"key":"k","refs":{"Pod/a":"` + sum + `"}}`,
		"no name":        `{"key":"k","refs":{"Secret/":"` + sum + `"}}`,
		"too long":       `{"key":"k","refs":{}}` + strings.Repeat(" ", MaxBaseline),
	} {
		if got, err := ParseBaseline(text); err == nil {
			t.Errorf("%s: %+v", name, got)
		} else if strings.Contains(err.Error(), sum) {
			t.Errorf("%s: the error quotes the text: %v", name, err)
		}
	}
}

// Whatever text an annotation has, it is refused or means the same when it is written again.
func FuzzParseBaseline(f *testing.F) {
	f.Add(`{"key":"k1","refs":{"ConfigMap/a":"-","Secret/b":"` + strings.Repeat("ab", 16) + `"}}`)
	f.Add(`{"key":"k","refs":{"Secret/a":"-","Secret/a":"-"}}`)
	f.Add(`{"KEY":"k","refs":null}`)
	f.Add(strings.Repeat(`{"refs":`, 2000))
	for _, never := range []string{`{"key":"k","refs":{}} {}`, `{"key":"","refs":{}}`, `{"key":"k","refs":{"Pod/a":"-"}}`, `{"key":"k","refs":{"Secret/a":"x"}}`} {
		f.Add(never)
	}
	f.Fuzz(func(t *testing.T, text string) {
		baseline, err := ParseBaseline(text)
		if err != nil {
			return
		}
		if !json.Valid([]byte(text)) || baseline.Key == "" {
			t.Errorf("%q was never written", text)
		}
		for id, sum := range baseline.Refs {
			if !strings.HasPrefix(id, "Secret/") && !strings.HasPrefix(id, "ConfigMap/") || !digest.Valid(sum) {
				t.Errorf("%q: %q was never written", id, sum)
			}
		}
		again, err := ParseBaseline(baseline.String())
		if err != nil || !again.Equal(baseline) {
			t.Errorf("%q: %+v, then %+v, %v", text, baseline, again, err)
		}
	})
}

func TestModeOf(t *testing.T) {
	type got struct {
		Mode  Mode
		Error string
	}
	tests := map[string]struct {
		annotations, labels map[string]string
		want                got
	}{
		"default":             {want: got{Mode: DryRun}},
		"namespace":           {labels: map[string]string{LabelRollout: "disabled"}, want: got{Mode: Disabled}},
		"workload wins":       {annotations: map[string]string{AnnotationRollout: "enabled"}, labels: map[string]string{LabelRollout: "disabled"}, want: got{Mode: Enabled}},
		"misspelt annotation": {annotations: map[string]string{AnnotationRollout: "of"}, labels: map[string]string{LabelRollout: "enabled"}, want: got{Disabled, `annotation lotus-gate.dev/rollout: "of" is none of enabled, disabled, dry-run; taken as disabled`}},
		"misspelt label":      {labels: map[string]string{LabelRollout: ""}, want: got{Disabled, `namespace label lotus-gate.dev/rollout: "" is none of enabled, disabled, dry-run; taken as disabled`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			mode, err := ModeOf(test.annotations, test.labels, DryRun)
			is := got{Mode: mode}
			if err != nil {
				is.Error = err.Error()
			}
			if diff := cmp.Diff(test.want, is); diff != "" {
				t.Error(diff)
			}
		})
	}
}
