package checkout_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/airbyte"
	"github.com/lotus-lake/lotus-gate/validate/audit/checkout"
	"github.com/lotus-lake/lotus-gate/validate/audit/collect"
	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

const planted = "PLANTED-password"

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const (
	terraform = "orchestration/airbyte/terraform/"
	orders    = "orchestration/dag/streams/shopify/orders.json"
)

// flagged is a lake with one backfill of Airbyte on, and one that is not Airbyte's.
func flagged() map[string][]byte {
	return map[string][]byte{
		orders: []byte("{\n  \"stream\": \"orders\",\n  \"backfill\": true\n}\n"),
		strings.Replace(orders, "orders.json", "refunds.json", 1): []byte(`{"stream": "refunds", "connector": "dlt", "initial_value": 0, "backfill": true}`),
		terraform + "main.tf": []byte(`resource "airbyte_connection" "shopify_to_lake" {
  name         = "Shopify → Lake"
  sync_catalog = jsondecode(file("${path.module}/../../dag/streams/shopify/_catalog.json"))
}
module "more" {
  source = "./more"
}
moved {
  from = airbyte_connection.old
  to   = airbyte_connection.shopify_to_lake
}
`),
		terraform + "backfill.tf": []byte(`resource "null_resource" "shopify_backfill" {
  count    = anytrue([for f in fileset("${path.module}/../../dag/streams/shopify", "*.json") : try(jsondecode(file("${path.module}/../../dag/streams/shopify/${f}")).backfill, false)]) ? 1 : 0
  triggers = { connection_id = airbyte_connection.shopify_to_lake.connection_id }
  provisioner "local-exec" {
    command = "curl -d '${jsonencode({ connectionId = airbyte_connection.shopify_to_lake.connection_id })}' ${var.url}/v1/connections/reset"
  }
}
`),
	}
}

// read gives the facts of a snapshot.
func read(t *testing.T, files map[string][]byte) *audit.Facts {
	t.Helper()
	facts := &audit.Facts{Now: now, Key: leaf.NewKey()}
	tree := lake.Memory(files, nil)
	if err := checkout.Git(tree, "", facts); err != nil {
		t.Fatal(err)
	}
	since := func(_ context.Context, paths []string) (map[string]stream.Setting, error) {
		all := map[string]stream.Setting{}
		for _, p := range paths {
			all[p] = stream.Setting{When: now.Add(-3 * time.Hour), Commit: "c"}
		}
		return all, nil
	}
	view := lake.NewView(tree, lake.Settings{Layout: config.Default().Layout})
	if err := checkout.Backfills(t.Context(), view, since, facts); err != nil {
		t.Fatal(err)
	}
	return facts
}

func TestGit(t *testing.T) {
	files := flagged()
	files[terraform+"broken.tf"] = []byte("resource \"airbyte_source\" {\n")
	facts := read(t, files)
	want := []audit.Module{{
		Dir:   strings.TrimSuffix(terraform, "/"),
		Calls: map[string]bool{"more": true}, Moved: map[string]string{"airbyte_connection.old": "airbyte_connection.shopify_to_lake"},
		Blocks: []audit.Block{
			{Address: "null_resource.shopify_backfill", Type: "null_resource", Repeated: true, At: audit.Position{Path: terraform + "backfill.tf", Line: 1, Column: 1}},
			{Address: "airbyte_connection.shopify_to_lake", Type: "airbyte_connection", Title: "Shopify → Lake", At: audit.Position{Path: terraform + "main.tf", Line: 1, Column: 1}},
		},
	}}
	if diff := cmp.Diff(want, facts.Git.Modules); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !facts.Git.Partial || len(facts.Undecided) == 0 || !strings.HasPrefix(facts.Undecided[0], terraform+"broken.tf:") {
		t.Errorf("a file that does not parse: partial %v, %q", facts.Git.Partial, facts.Undecided)
	}
}

// TestBackfill: a flag that is on, the connection that it resets, and what became of the reset.
func TestBackfill(t *testing.T) {
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    []airbyte.Job
		fail    string
	}{
		"over": {
			func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"jobs":[{"job":{"configType":"reset_connection","status":"succeeded","createdAt":%d,"updatedAt":%d}}],"totalJobCount":1}`, now.Add(-2*time.Hour).Unix(), now.Add(-time.Hour).Unix())
			},
			[]airbyte.Job{{Type: "reset_connection", Status: "succeeded", Created: now.Add(-2 * time.Hour), Updated: now.Add(-time.Hour)}},
			"",
		},
		"none":    {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"jobs":[]}`) }, []airbyte.Job{}, ""},
		"refused": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, planted, http.StatusForbidden) }, nil, "the backfill of shopify cannot be audited: airbyte: jobs/list: HTTP 403"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.handler)
			defer server.Close()
			client, err := airbyte.New(airbyte.Config{URL: server.URL, Workspace: "w"})
			if err != nil {
				t.Fatal(err)
			}
			facts := read(t, flagged())
			facts.Airbyte = &airbyte.Inventory{Objects: []airbyte.Object{{Role: tfstate.Connection, ID: "c-1", Name: "Shopify → Lake"}}}
			facts.States = &audit.States{All: []audit.State{{Given: true, Dir: strings.TrimSuffix(terraform, "/"), State: &tfstate.State{Instances: []tfstate.Instance{
				{Address: "airbyte_connection.shopify_to_lake", Block: "airbyte_connection.shopify_to_lake", Role: tfstate.Connection, ID: "c-1"},
			}}}}}
			collect.Jobs(t.Context(), client, facts)
			if len(facts.Backfills) != 1 {
				t.Fatalf("%+v", facts.Backfills)
			}
			b := facts.Backfills[0]
			flags := []audit.Flag{{Stream: "orders", At: audit.Position{Path: orders, Line: 3, Column: 3}, Since: now.Add(-3 * time.Hour)}}
			if diff := cmp.Diff(flags, b.Flags); diff != "" || b.Connection != "airbyte_connection.shopify_to_lake" || b.Reset != "null_resource.shopify_backfill" {
				t.Errorf("%s %s, flags (-want +got):\n%s", b.Connection, b.Reset, diff)
			}
			utc := cmp.Transformer("utc", func(at time.Time) string { return at.UTC().String() })
			if diff := cmp.Diff(tc.want, b.Jobs, utc); diff != "" {
				t.Errorf("jobs (-want +got):\n%s", diff)
			}
			if said := strings.Join(facts.Undecided, "\n"); !strings.HasPrefix(said, tc.fail) || tc.fail == "" && said != "" || strings.Contains(said, planted) {
				t.Errorf("undecided: %q, want %s", said, tc.fail)
			}
		})
	}
}

func TestStateFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole := file("whole", `{"version":4,"lineage":"l","serial":1,"resources":[]}`)
	broken := file("broken", `{"version":4,"lineage":"`+planted)
	for name, tc := range map[string]struct {
		files   []checkout.StateFile
		cluster bool
		owned   []bool
		partial bool
		said    string
	}{
		"given":              {[]checkout.StateFile{{Path: "whole", File: whole, Given: true}}, false, []bool{true}, false, ""},
		"beside a cluster":   {[]checkout.StateFile{{Path: "whole", File: whole, Given: true}}, true, []bool{false}, false, ""},
		"lying around":       {[]checkout.StateFile{{Path: "tf/whole", File: whole, Inside: true}}, false, []bool{false}, true, ""},
		"given, and damaged": {[]checkout.StateFile{{Path: "broken", File: broken, Given: true}}, false, nil, true, "state file broken cannot be audited: it ends in the middle"},
		"none":               {nil, false, nil, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			facts := &audit.Facts{Key: leaf.NewKey()}
			if err := checkout.StateFiles(tc.files, tc.cluster, facts); err != nil {
				t.Fatal(err)
			}
			var owned []bool
			partial := false
			if facts.States != nil {
				partial = facts.States.Partial
				for i := range facts.States.All {
					owned = append(owned, facts.States.All[i].Owned())
				}
			}
			if diff := cmp.Diff(tc.owned, owned); diff != "" || partial != tc.partial || strings.Join(facts.Undecided, "") != tc.said {
				t.Errorf("partial %v, undecided %q, owned (-want +got):\n%s", partial, facts.Undecided, diff)
			}
		})
	}
	if err := checkout.StateFiles([]checkout.StateFile{{File: filepath.Join(dir, "none")}}, false, &audit.Facts{}); err == nil {
		t.Error("a file that does not exist is no error")
	}
}

// artifact is a tar of files, gzipped.
func artifact(files map[string]string) []byte {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for name, text := range files {
		_ = w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o644})
		_, _ = w.Write([]byte(text))
	}
	_ = w.Close()
	_ = zip.Close()
	return b.Bytes()
}

// TestArtifact: what a source serves is read when it is what the source says, and told of otherwise, without its content.
func TestArtifact(t *testing.T) {
	good := artifact(map[string]string{"terraform/main.tf": `resource "airbyte_source" "a" {}`, "../../etc/x.tf": "", "README.md": planted})
	digest := func(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }
	serve := func(data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
	}
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		digest  string
		fail    string
	}{
		"whole":          {serve(good), digest(good), ""},
		"another digest": {serve(good), digest([]byte("x")), "its digest is not the one that the source names"},
		"half":           {serve(good[:len(good)/2]), digest(good[:len(good)/2]), "unexpected EOF"},
		"a web page":     {serve([]byte("<html>" + planted)), digest([]byte("<html>" + planted)), "unexpected EOF"},
		"gone":           {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, planted, http.StatusNotFound) }, "", "HTTP 404"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.handler)
			defer server.Close()
			tree, err := checkout.Artifact(t.Context(), nil, tofu.Artifact{Revision: "main@sha1:b", URL: server.URL + "/lake.tar.gz", Digest: tc.digest})
			if tc.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fail) || strings.Contains(err.Error(), planted) {
					t.Errorf("%v, want %s", err, tc.fail)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			if err := lake.Walk(tree, "", func(e lake.Entry) error { names = append(names, e.Path); return nil }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"etc/x.tf", "terraform/main.tf"}, names); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
	for _, address := range []string{"file:///etc/passwd", "ftp://x", ":"} {
		if _, err := checkout.Artifact(t.Context(), nil, tofu.Artifact{URL: address}); err == nil {
			t.Errorf("%s was fetched", address)
		}
	}
}
