package charts

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/lotus-lake/lotus-gate/test/program"
)

// TestImage builds the program as Dockerfile does, and has it read what the chart gives it.
func TestImage(t *testing.T) {
	binary := build(t)
	t.Run("is static", func(t *testing.T) {
		file, err := elf.Open(binary)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for _, part := range file.Progs {
			if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
				t.Errorf("has %s: it needs a loader, and scratch has none", part.Type)
			}
		}
	})
	help, err := exec.CommandContext(t.Context(), binary, "--help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, help)
	}
	for _, values := range valueSets(t) {
		t.Run(filepath.Base(values), func(t *testing.T) {
			objects := decode(t, render(t, "--values", values))
			config := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(config, []byte(configOf(t, objects)), 0o600); err != nil {
				t.Fatal(err)
			}
			nowhere := filepath.Join(t.TempDir(), "kubeconfig")
			args := append(only[*apps.Deployment](t, objects).Spec.Template.Spec.Containers[0].Args, "--config="+config, "--kubeconfig="+nowhere)
			for _, arg := range args {
				if flag, _, _ := strings.Cut(arg, "="); !strings.Contains(string(help), flag+" ") {
					t.Errorf("the program has no flag %s", flag)
				}
			}
			out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput()
			if err == nil || !strings.Contains(string(out), nowhere) {
				t.Errorf("it should have taken flags and configuration, and missed the kubeconfig alone: %v: %s", err, out)
			}
		})
	}
	t.Run("a wrong configuration", func(t *testing.T) {
		config := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(config, []byte("secretHash:\n  mod: enabled\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), binary, "--config="+config).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "line 2") {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// TestImages: Dockerfile and .ko.yaml make the same program, and its user is that of the chart.
func TestImages(t *testing.T) {
	dockerfile := read(t, "../Dockerfile")
	var ko struct {
		Builds []struct {
			Main       string
			Env, Flags []string
			Ldflags    []string
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "../.ko.yaml")), &ko); err != nil {
		t.Fatal(err)
	}
	only := ko.Builds[0]
	words := strings.Fields(dockerfile)
	for _, want := range slices.Concat(only.Env, only.Flags, []string{only.Main, `-ldflags="` + strings.Join(only.Ldflags, " ")}) {
		if !slices.Contains(words, want) && !strings.Contains(dockerfile, want) {
			t.Errorf("Dockerfile lacks %s, which ko has", want)
		}
	}
	user := regexp.MustCompile(`(?m)^USER (\d+):(\d+)$`).FindStringSubmatch(dockerfile)
	if user == nil || user[1] != "65532" || user[2] != "65532" {
		t.Errorf("Dockerfile's user is %q, the chart's 65532", user)
	}
}

// build runs the line of Dockerfile that builds, for this machine.
func build(t *testing.T) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 .*go build .*) -o /webhook (\./cmd/webhook)$`).FindStringSubmatch(read(t, "../Dockerfile"))
	if line == nil {
		t.Fatal("Dockerfile does not build ./cmd/webhook")
	}
	binary := filepath.Join(t.TempDir(), "webhook")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line[1]+` -o "$BINARY" `+line[2])
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "TARGETOS=linux", "TARGETARCH=", "BINARY="+binary)
	cmd.Env = append(cmd.Env, program.Shared()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return binary
}

func configOf(t *testing.T, objects []runtime.Object) string {
	t.Helper()
	for _, object := range of[*core.ConfigMap](objects) {
		if text, found := object.Data["config.yaml"]; found {
			return text
		}
	}
	t.Fatal("no configuration")
	return ""
}
