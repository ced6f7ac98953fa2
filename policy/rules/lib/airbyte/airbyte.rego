# METADATA
# description: What an Airbyte stream configuration asks for, with the defaults that the catalog generator fills in.
# schemas:
#   - input: schema.stream
package lib.airbyte

# A stream that is switched off asks for nothing.
selected if {
	is_object(input.content)
	not input.content.selected == false
}

# What dlt loads has neither modes, cursor nor key of Airbyte's.
synced if {
	selected
	not input.content.connector == "dlt"
}

# Whether stream/schema has nothing to say of a key: what it refuses, no other rule repeats.
sound(key) if not key in unsound

unsound := {e.field[0] | some e in input.schema_errors}

default sync_mode := "full_refresh"

sync_mode := input.content.sync_mode

default destination_sync_mode := "overwrite"

destination_sync_mode := input.content.destination_sync_mode

default own_cursor := []

own_cursor := input.content.cursor_field

default own_key := []

own_key := input.content.primary_key

default source_cursor := []

source_cursor := input.discovered.cursor_field

default source_key := []

source_key := input.discovered.primary_key

# The cursor and key in force: the file's, else the source's.
cursor := own_cursor if own_cursor != []

cursor := source_cursor if own_cursor == []

key := own_key if own_key != []

key := source_key if own_key == []
