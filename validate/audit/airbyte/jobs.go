package airbyte

import (
	"context"
	"encoding/json"
	"time"
)

// Job is one run of a connection.
type Job struct {
	Type    string // sync, reset_connection, refresh or clear
	Status  string // pending, running, succeeded, failed, cancelled or incomplete
	Created time.Time
	Updated time.Time
}

// jobTypes are those that a backfill is made of. /connections/reset and /clear make
// reset_connection jobs, and newer servers clear and refresh ones.
var jobTypes = []string{"reset_connection", "clear", "refresh", "sync"}

// recentJobs is how many are asked for: the newest ones come first.
const recentJobs = 50

// Jobs lists the newest jobs of a connection, the newest first.
func (c *Client) Jobs(ctx context.Context, connection string) ([]Job, error) {
	body := map[string]any{"configTypes": jobTypes, "configId": connection, "pagination": map[string]any{"pageSize": recentJobs, "rowOffset": 0}}
	var jobs []Job
	err := c.post(ctx, "jobs/list", body, func(dec *json.Decoder) error {
		jobs = jobs[:0]
		_, err := envelope(dec, "jobs", func() error {
			var element struct {
				Job struct {
					ConfigType string `json:"configType"`
					Status     string `json:"status"`
					CreatedAt  int64  `json:"createdAt"`
					UpdatedAt  int64  `json:"updatedAt"`
				} `json:"job"`
			}
			if err := dec.Decode(&element); err != nil {
				return err
			}
			job := element.Job
			if len(jobs) < 10*recentJobs {
				jobs = append(jobs, Job{job.ConfigType, job.Status, time.Unix(job.CreatedAt, 0).UTC(), time.Unix(job.UpdatedAt, 0).UTC()})
			}
			return nil
		})
		return err
	})
	return jobs, err
}
