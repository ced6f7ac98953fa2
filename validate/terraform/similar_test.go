package terraform

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSimilar(t *testing.T) {
	scheduleData := []string{"basic_schedule", "cron"}
	for _, tt := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"cron_schedule", scheduleData, "cron"},
		{"basic", scheduleData, "basic_schedule"},
		{"corn", scheduleData, "cron"},
		{"schedule", scheduleData, ""},
		{"crontab", scheduleData, ""},
		{"cursor", []string{"cursor_field", "cursor_type"}, ""},
		{"cron_schedule", nil, ""},
	} {
		got := ""
		if s := similar(tt.name, tt.candidates); s != nil {
			got = *s
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s among %v (-want +got):\n%s", tt.name, tt.candidates, diff)
		}
	}
}
