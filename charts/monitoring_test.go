package charts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var ours = regexp.MustCompile(`lotus_gate_[a-z_]+`)

// TestMetrics: alerts and dashboard ask only for metrics that docs/cluster.md lists, and the dashboard shows every one of them.
func TestMetrics(t *testing.T) {
	page := read(t, "../docs/cluster.md")
	_, section, _ := strings.Cut(page, "\n## Metrics\n")
	section, _, _ = strings.Cut(section, "\nEvents:")
	listed := map[string]bool{}
	for _, name := range regexp.MustCompile("`([a-z_]+)(?:{[a-z,]+})?`").FindAllStringSubmatch(section, -1) {
		if name[1] != "lotus_gate_" {
			listed["lotus_gate_"+name[1]] = true
		}
	}
	if len(listed) < 10 {
		t.Fatalf("metrics of docs/cluster.md: %v", listed)
	}
	shown := map[string]bool{}
	for _, expression := range dashboardExpressions(t) {
		for _, name := range ours.FindAllString(expression, -1) {
			shown[strings.TrimSuffix(name, "_bucket")] = true
		}
	}
	for name := range listed {
		if !shown[name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
	asked := shown
	for _, alert := range alerts(t) {
		for _, name := range ours.FindAllString(alert.Expr, -1) {
			asked[strings.TrimSuffix(name, "_bucket")] = true
		}
	}
	for name := range asked {
		if !listed[name] {
			t.Errorf("%s is no metric of docs/cluster.md", name)
		}
	}
}

// TestAlerts: each alert says what happens and leads to a paragraph of docs/operations.md, which has a row for it.
func TestAlerts(t *testing.T) {
	operations := read(t, "../docs/operations.md")
	anchors := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(operations, -1) {
		anchor := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors["docs/operations.md#"+strings.ReplaceAll(anchor, " ", "-")] = true
	}
	for _, alert := range alerts(t) {
		if alert.Annotations["summary"] == "" || alert.Annotations["description"] == "" {
			t.Errorf("%s does not say what happens", alert.Alert)
		}
		if severity := alert.Labels["severity"]; severity != "critical" && severity != "warning" {
			t.Errorf("%s has severity %q", alert.Alert, severity)
		}
		if !anchors[alert.Annotations["runbook"]] {
			t.Errorf("%s leads to %s, which is not there", alert.Alert, alert.Annotations["runbook"])
		}
		if !strings.Contains(operations, "`"+alert.Alert+"`") {
			t.Errorf("docs/operations.md does not tell of %s", alert.Alert)
		}
	}
}

// TestDashboard: what the chart ships is the file, as JSON, under the label that Grafana's sidecar looks for.
func TestDashboard(t *testing.T) {
	var configMap struct {
		Metadata struct{ Labels map[string]string }
		Data     map[string]string
	}
	out := render(t, "--set", image, "--set", "dashboard.enabled=true", "--show-only", "templates/dashboard.yaml")
	if err := yaml.Unmarshal([]byte(out), &configMap); err != nil {
		t.Fatal(err)
	}
	if configMap.Metadata.Labels["grafana_dashboard"] != "1" {
		t.Errorf("labels %v", configMap.Metadata.Labels)
	}
	if got, want := configMap.Data["lotus-gate.json"], strings.TrimSpace(read(t, filepath.Join(chart, "files/dashboard.json"))); strings.TrimSpace(got) != want {
		t.Errorf("the ConfigMap holds something else than files/dashboard.json")
	}
}

type alert struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

func alerts(t *testing.T) []alert {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string
			Rules []alert
		}
	}
	decoder := yaml.NewDecoder(strings.NewReader(read(t, filepath.Join(chart, "files/alerts.yaml"))))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Groups[0].Rules
}

func dashboardExpressions(t *testing.T) []string {
	t.Helper()
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(chart, "files/dashboard.json"))), &dashboard); err != nil {
		t.Fatal(err)
	}
	var expressions []string
	ids := map[int]bool{}
	for _, panel := range dashboard.Panels {
		if ids[panel.ID] {
			t.Errorf("two panels have the id %d", panel.ID)
		}
		ids[panel.ID] = true
		for _, target := range panel.Targets {
			expressions = append(expressions, target.Expr)
		}
	}
	return expressions
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
