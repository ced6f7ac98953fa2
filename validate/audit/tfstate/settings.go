package tfstate

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

// Settings are what state and Airbyte both say of a connection: plain settings by
// the provider's name for them, and the schedule as either spells it. What is empty
// is not set and not compared.
func Settings(key leaf.Key, plain map[string]string, schedule json.RawMessage) []leaf.Leaf {
	var cron struct {
		Cron struct {
			Expression string `json:"cron_expression"` // the provider's spelling
			TimeZone   string `json:"cron_time_zone"`
			CamelCased string `json:"cronExpression"` // Airbyte's
			CamelZone  string `json:"cronTimeZone"`
		} `json:"cron"`
	}
	_ = json.Unmarshal(schedule, &cron) // another shape is another provider's: not compared
	plain["schedule_data.cron.cron_expression"] = cron.Cron.Expression + cron.Cron.CamelCased
	plain["schedule_data.cron.cron_time_zone"] = cron.Cron.TimeZone + cron.Cron.CamelZone
	var leaves []leaf.Leaf
	for path, value := range plain {
		if value != "" {
			leaves = append(leaves, leaf.Leaf{Path: path, Digest: key.Text(value)})
		}
	}
	slices.SortFunc(leaves, func(a, b leaf.Leaf) int { return strings.Compare(a.Path, b.Path) })
	return leaves
}
