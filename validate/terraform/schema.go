package terraform

import "strings"

// schema is the arguments of a resource type; nil stands for a value with anything below it.
type schema map[string]schema

func arguments(names string, nested schema) schema {
	s := schema{}
	for _, name := range strings.Fields(names) {
		s[name] = nil
	}
	for name, inner := range nested {
		s[name] = inner
	}
	return s
}

// metaArguments are Terraform's own, of every resource.
const metaArguments = "count for_each provider depends_on lifecycle provisioner connection timeouts dynamic"

var requirements = arguments("cpu_limit cpu_request memory_limit memory_request", nil)

// ossSchemas are the resources of aballiet/airbyte-oss 1.x, as its documentation of the resources lists them.
// `supportedSyncModes` is not the provider's name (that is supported_sync_modes); the catalog generator writes it, and
// the provider needs neither, so it is let through.
var ossSchemas = map[string]schema{
	"airbyte_source":      arguments("name workspace_id source_definition_id connection_configuration secret_id icon source_id source_name", nil),
	"airbyte_destination": arguments("name workspace_id destination_definition_id connection_configuration icon destination_id destination_name", nil),
	"airbyte_connection": arguments("source_id destination_id status geography name namespace_definition namespace_format "+
		"non_breaking_changes_preference notify_schema_changes notify_schema_changes_by_email operation_ids prefix "+
		"schedule_type source_catalog_id breaking_change connection_id workspace_id", schema{
		"resource_requirements": requirements,
		"schedule":              arguments("time_unit units", nil),
		"schedule_data": {
			"basic_schedule": arguments("time_unit units", nil),
			"cron":           arguments("cron_expression cron_time_zone", nil),
		},
		"sync_catalog": {"streams": {
			"stream": arguments("name default_cursor_field json_schema namespace source_defined_cursor source_defined_primary_key "+
				"supported_sync_modes supportedSyncModes", nil),
			"config": arguments("sync_mode destination_sync_mode alias_name cursor_field field_selection_enabled primary_key selected suggested",
				schema{"selected_fields": arguments("field_path", nil)}),
		}},
	}),
}

// cloudSchemas are the resources of airbytehq/airbyte, all releases together: 0.x has the configuration of a source in
// a block of its own type, 1.x a generic airbyte_source.
var cloudSchemas = map[string]schema{
	"airbyte_source": arguments("name workspace_id configuration definition_id secret_id resource_allocation created_at source_id source_type", nil),
	"airbyte_destination": arguments("name workspace_id configuration definition_id resource_allocation created_at destination_id destination_type",
		nil),
	"airbyte_connection": arguments("source_id destination_id name data_residency namespace_definition namespace_format "+
		"non_breaking_schema_updates_behavior prefix status status_reason tags created_at connection_id workspace_id", schema{
		"schedule": arguments("schedule_type cron_expression basic_timing", nil),
		"configurations": {"streams": arguments("name namespace cursor_field primary_key sync_mode selected_fields mappers include_files "+
			"destination_object_name", nil)},
	}),
}

// schemasOf gives the schemas of the provider that the module uses for Airbyte, or nil when it is none that we know.
func schemasOf(providers []Provider) map[string]schema {
	for _, p := range providers {
		if p.Name != "airbyte" {
			continue
		}
		switch {
		case strings.HasSuffix(p.Source, "aballiet/airbyte-oss"):
			return ossSchemas
		case strings.HasSuffix(p.Source, "airbytehq/airbyte"):
			return cloudSchemas
		}
	}
	return nil
}
