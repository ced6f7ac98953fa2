package main

import (
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// generate writes a lake of connections: Terraform files, and a state that agrees with them.
func generate(lake string) error {
	dir := filepath.Join(lake, "terraform")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var state strings.Builder
	state.WriteString(`{"version":4,"terraform_version":"1.9.8","serial":1,"lineage":"5b6f9f7e","resources":[`)
	for f := range files {
		var tf strings.Builder
		for i := f * size / files; i < (f+1)*size/files; i++ {
			fmt.Fprintf(&tf, `resource "airbyte_connection" "c%d" {
  name                 = "Connection %d"
  source_id            = var.source_id
  destination_id       = var.destination_id
  status               = "active"
  namespace_definition = "customformat"
  namespace_format     = "shop_%d"
  schedule_type        = "cron"

  schedule_data = {
    cron = {
      cron_expression = "0 0,20,40 * * * ?"
      cron_time_zone  = "UTC"
    }
  }

  sync_catalog = jsondecode(file("${path.module}/../streams/%d/_catalog.json"))
}

`, i, i, i, i)
			if i > 0 {
				state.WriteByte(',')
			}
			fmt.Fprintf(&state, `{"mode":"managed","type":"airbyte_connection","name":"c%d","provider":"provider[\"registry.opentofu.org/aballiet/airbyte-oss\"]","instances":[{"schema_version":0,"attributes":%s}]}`,
				i, fmt.Sprintf(`{"connection_id":"id-%d","name":"Connection %d","source_id":"s","destination_id":"d","status":"active","namespace_definition":"customformat","namespace_format":"shop_%d",`+
					`"schedule_type":"cron","schedule_data":{"cron":{"cron_expression":"0 0,20,40 * * * ?","cron_time_zone":"UTC"}},"sync_catalog":%s}`, i, i, i, catalog))
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("c%02d.tf", f)), []byte(tf.String()), 0o644); err != nil {
			return err
		}
	}
	state.WriteString("]}\n")
	return os.WriteFile(filepath.Join(dir, "state.json"), []byte(state.String()), 0o644)
}

// catalog is one of a single small stream: states and answers carry one for each connection.
const catalog = `{"streams":[{"stream":{"name":"orders","json_schema":{"type":"object","properties":{"id":{"type":["null","integer"]},"total":{"type":["null","number"]},"updated_at":{"type":["null","string"]}}},"supported_sync_modes":["full_refresh","incremental"]},"config":{"sync_mode":"incremental","destination_sync_mode":"append_dedup","primary_key":[["id"]],"cursor_field":["updated_at"],"selected":true}}]}`

// serve answers as Airbyte's list endpoints do.
func serve(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	switch path.Base(path.Dir(r.URL.Path)) {
	case "sources":
		b.WriteString(`{"sources":[{"sourceId":"s","name":"Shop"}]}`)
	case "destinations":
		b.WriteString(`{"destinations":[{"destinationId":"d","name":"Lake"}]}`)
	default:
		b.WriteString(`{"connections":[`)
		for i := range size {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"connectionId":"id-%d","name":"Connection %d","sourceId":"s","destinationId":"d","status":"active","namespaceDefinition":"customformat","namespaceFormat":"shop_%d","scheduleType":"cron",`+
				`"scheduleData":{"cron":{"cronExpression":"0 0,20,40 * * * ?","cronTimeZone":"UTC"}},"syncCatalog":%s}`, i, i, i, catalog)
		}
		b.WriteString(`]}`)
	}
	_, _ = w.Write([]byte(b.String()))
}
