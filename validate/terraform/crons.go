package terraform

import "strings"

// checkSchedules reports the literal cron schedules of Airbyte connections. A time zone that is not written out is
// taken to be a good one.
func (x *index) checkSchedules(m *Module) {
	for _, b := range x.blocks {
		if b.kind != "resource" || b.labels[0] != "airbyte_connection" {
			continue
		}
		for _, prefix := range []string{"schedule_data.cron.", "schedule."} {
			a, leaf := b.leaf(prefix + "cron_expression")
			if leaf == nil {
				continue
			}
			expression, ok := leaf.Value.(string)
			if !ok {
				continue
			}
			cron := Cron{Expression: expression, From: b.address, At: a.position(leaf.At)}
			zone := "UTC"
			_, given := b.leaf(prefix + "cron_time_zone")
			switch {
			case given != nil && given.Literal:
				zone, _ = given.Value.(string)
				cron.TimeZone = &zone
			case given == nil && prefix == "schedule_data.cron.":
				zone = ""
			case given == nil:
				expression, zone = splitZone(expression)
				cron.TimeZone = &zone
			}
			if x.in.Quartz != nil {
				if err := x.in.Quartz(expression, zone); err != nil {
					text := err.Error()
					cron.Error = &text
				}
			}
			m.Crons = append(m.Crons, cron)
		}
	}
}

// splitZone splits the zone off an expression of Airbyte's public API, which has it as a last word and means UTC
// without one.
func splitZone(expression string) (string, string) {
	fields := strings.Fields(expression)
	if len(fields) > 6 {
		if last := fields[len(fields)-1]; strings.ContainsAny(last, "/ABCDEFGHIJKLMNOPQRSTUVWXYZ") && !strings.ContainsAny(last, "*,") {
			return strings.Join(fields[:len(fields)-1], " "), last
		}
	}
	return expression, "UTC"
}
