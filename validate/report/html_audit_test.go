package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// audited is a lake with one thing of every kind that can be apart, and two Terraform objects.
func audited() Report {
	const tf = "orchestration/airbyte/terraform/"
	all := [3]Held{Present, Present, Present}
	finding := func(rule string, severity policy.Severity, path string, line int, message, remedy string) policy.Finding {
		return policy.Finding{Rule: "audit/" + rule, Severity: severity, Path: path, Line: line, Column: min(line, 1), Message: message, Remedy: remedy}
	}
	r := Report{
		Judged: "audit of git, the cluster, Airbyte", Version: "1.2.3", Rules: sampleRules, Summary: Summary{Documents: 14, Duration: 412 * time.Millisecond},
		Findings: policy.Sort([]policy.Finding{
			finding("orphan", policy.Error, "airbyte/connections/c-old", 0, `connection "Shopify → Lake" (c-old) is in Airbyte, and in no state`, "delete it in Airbyte; `gate audit --format script` writes the call"),
			finding("duplicate_name", policy.Warning, "airbyte/connections/c-old", 0, `connection "Shopify → Lake" is there 2 times`, "delete those that no state has"),
			finding("dangling_id", policy.Error, tf+"connections.tf", 21, "connection airbyte_connection.klaviyo_to_lake uses source s-3e07, which Airbyte does not have", "have Terraform plan again"),
			finding("lost", policy.Error, tf+"sources.tf", 9, "source airbyte_source.klaviyo is in the state as s-9d41, and Airbyte does not have it", "have Terraform plan again"),
			finding("unapplied", policy.Warning, tf+"sources.tf", 17, "airbyte_source.facebook_ads is in git and not in the state", "see where the push is stuck"),
			finding("drifted_configuration", policy.Warning, tf+"destinations.tf", 1, "destination airbyte_destination.lake differs in Airbyte from what Terraform set: configuration.s3_bucket_path", "move the change to git"),
			finding("stale_revision", policy.Error, "terraforms/lotus-lake/airbyte", 0, "Terraform lotus-lake/airbyte has not planned main@sha1:0b1c2d3e since 2026-06-01T11:02:00Z", "read the runner's error first"),
			{Rule: "audit/orphan", Severity: policy.Error, Path: "airbyte/sources/s-ui", Message: `source "Made in the UI" (s-ui) is in Airbyte, and in no state`, Waived: true},
		}),
		Resources: []Resource{
			{Name: "airbyte_source.shopify", Title: "Shopify", Kind: "source", ID: "s-1", Git: tf + "sources.tf:1", State: "s-1", Airbyte: "s-1", Held: all, Place: tf + "sources.tf", Line: 1},
			{Name: "airbyte_source.klaviyo", Title: "Klaviyo", Kind: "source", ID: "s-9d41", Git: tf + "sources.tf:9", State: "s-9d41", Held: [3]Held{Present, Present, Absent}, Place: tf + "sources.tf", Line: 9},
			{Name: "airbyte_source.facebook_ads", Title: "Facebook Ads", Kind: "source", Git: tf + "sources.tf:17", Held: [3]Held{Present, Absent, Absent}, Place: tf + "sources.tf", Line: 17},
			{Name: "(source) Made in the UI", Title: "Made in the UI", Kind: "source", ID: "s-ui", Airbyte: "s-ui", Held: [3]Held{Absent, Absent, Present}, Place: "airbyte/sources/s-ui"},
			{Name: "airbyte_destination.lake", Title: "Lake", Kind: "destination", ID: "d-1", Git: tf + "destinations.tf:1", State: "d-1", Airbyte: "d-1", Held: all, Place: tf + "destinations.tf", Line: 1},
			{Name: "airbyte_connection.shopify_to_lake", Title: "Shopify → Lake", Kind: "connection", ID: "c-1", Source: "s-1", Destination: "d-1", Git: tf + "connections.tf:1", State: "c-1", Airbyte: "c-1 active", Held: all, Place: tf + "connections.tf", Line: 1},
			{Name: "airbyte_connection.klaviyo_to_lake", Title: "Klaviyo → Lake", Kind: "connection", ID: "c-2", Source: "s-3e07", Destination: "d-1", Git: tf + "connections.tf:21", State: "c-2", Airbyte: "c-2 active", Held: all, Place: tf + "connections.tf", Line: 21},
			{Name: "(connection) Shopify → Lake", Title: "Shopify → Lake", Kind: "connection", ID: "c-old", Source: "s-1", Destination: "d-1", Airbyte: "c-old active", Held: [3]Held{Absent, Absent, Present}, Place: "airbyte/connections/c-old"},
			{Name: "null_resource.shopify_backfill", Git: tf + "backfill.tf:4", State: "there", Held: [3]Held{Present, Present, Unread}, Place: tf + "backfill.tf", Line: 4},
		},
		Deliveries: []Delivery{
			{Name: "lotus-lake/airbyte", Step: "plan", Since: at("2026-06-01 11:02"), Reason: "TFExecPlanFailed", Served: commitB, Tried: commitB, Applied: commitA, Fetched: at("2026-06-01 11:01"), Success: at("2026-06-01 09:04")},
			{Name: "lotus-lake/network", Step: "done", Served: commitA, Tried: commitA, Planned: commitA, Applied: commitA, Fetched: at("2026-06-01 09:01"), Success: at("2026-06-01 09:04")},
		},
		Revisions: []Revision{
			{Commit: strings.Repeat("c", 40), Subject: "Klaviyo again, with its own key", When: at("2026-06-01 11:40")},
			{Commit: commitB, Subject: "Add Facebook Ads", When: at("2026-06-01 11:00")},
			{Commit: commitA, Subject: "Shopify syncs refunds", When: at("2026-06-01 09:00")},
			{Commit: strings.Repeat("d", 40), Subject: "Klaviyo", When: at("2026-05-30 15:12")},
		},
	}
	return r
}

// vast is an audit of more than is drawn or listed.
func vast() Report {
	r := Report{Summary: Summary{Documents: 3000}}
	for i := range 3000 {
		one := Resource{
			Name: fmt.Sprintf("airbyte_connection.c%04d", i), Title: fmt.Sprintf("接続 %d", i), Kind: "connection", ID: fmt.Sprint("c-", i), Source: fmt.Sprint("s-", i%40), Destination: "d-1",
			Git: fmt.Sprintf("terraform/c.tf:%d", i+1), State: fmt.Sprint("c-", i), Airbyte: fmt.Sprint("c-", i), Held: [3]Held{Present, Present, Present}, Place: "terraform/c.tf", Line: i + 1,
		}
		r.Resources = append(r.Resources, one)
	}
	return r
}

// TestAuditPage: the page holds what the three truths say as words, in tables, whatever it draws.
func TestAuditPage(t *testing.T) {
	got := write(t, "html", audited(), Options{})
	if err := checkHTML(got, audited()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"<td>s-9d41</td><td><strong class=\"absent\">missing</strong></td>", "nobody has it", "not compared", "orphan (waived)",
		"The newest commit of the checkout is not fetched. Terraform began and has no plan, since 2026-06-01 11:02 UTC. It says: TFExecPlanFailed.",
		"3 resources on which all agree", "part of it", "not fetched",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	big := write(t, "html", vast(), Options{})
	if err := checkHTML(big, vast()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"2970 more are in the table alone", "… and 1000 more; ", "3000 resources on which all agree"} {
		if !strings.Contains(big, want) {
			t.Errorf("%q is not in the page of 3,000", want)
		}
	}
}

// TestGraph: the worst are drawn first, ends stand beside the middle of their connections, and what is gone is drawn as such.
func TestGraph(t *testing.T) {
	var got []string
	graph := newView(audited(), Visible).htmlAudit(nil).Graph
	for _, n := range graph.Nodes {
		got = append(got, fmt.Sprintf("%d %d %s: %s %s gone=%v", n.Column, n.Y, n.Label, n.Class, n.says(), n.Gone))
	}
	want := []string{
		"1 0 Shopify → Lake: error duplicate name, orphan gone=false", "1 64 Shopify → Lake: agree agree gone=false", "1 128 Klaviyo → Lake: error dangling id gone=false",
		"0 32 Shopify: agree agree gone=false", "0 128 s-3e07: error nobody has it gone=true", "0 192 Klaviyo: error lost gone=false", "0 256 Facebook Ads: warning unapplied gone=false",
		"0 320 Made in the UI: apart orphan (waived) gone=false", "2 64 Lake: warning drifted configuration gone=false",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(graph.Edges) != 6 || graph.Left != 0 {
		t.Errorf("%d edges, %d left, nodes (-want +got):\n%s", len(graph.Edges), graph.Left, diff)
	}
}

// TestMarks: what a Terraform object has done with each commit.
func TestMarks(t *testing.T) {
	for name, tc := range map[string]struct {
		delivery Delivery
		late     string
		want     []string // for commits new, b, a, old
	}{
		"plan fails":         {Delivery{Step: "plan", Served: "b", Tried: "b", Applied: "a"}, "here", []string{"not fetched", "fetched, tried, not applied", "applied", "part of it"}},
		"nothing to apply":   {Delivery{Step: "done", Served: "new", Tried: "new", Applied: "old"}, "done", []string{"applied", "part of it", "part of it", "part of it"}},
		"never applied":      {Delivery{Step: "attempt", Served: "new"}, "done", []string{"fetched, not applied", "not known", "not known", "not known"}},
		"two are waiting":    {Delivery{Step: "attempt", Served: "new", Applied: "old"}, "done", []string{"fetched, not applied", "not applied", "not applied", "applied"}},
		"another history":    {Delivery{Step: "done", Served: "x", Applied: "x"}, "done", []string{"applied", "not known", "not known", "not known", "not known"}},
		"nothing was served": {Delivery{Step: "source"}, "here", []string{"not known", "not known", "not known", "not known"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &htmlAudit{}
			when := at("2026-06-01 11:00")
			newView(Report{Deliveries: []Delivery{tc.delivery}, Revisions: []Revision{{"new", "", when}, {"b", "", when}, {"a", "", when}, {"old", "", when}}}, Visible).pushes(a)
			var got []string
			for _, r := range a.Revisions {
				got = append(got, r.Marks[0].Text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || a.Pushes[0].Stages[1].State != tc.late {
				t.Errorf("fetched is %s, marks (-want +got):\n%s", a.Pushes[0].Stages[1].State, diff)
			}
		})
	}
}
