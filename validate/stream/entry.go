package stream

import (
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// catalogEntry builds a stream's entry of the catalog.
func catalogEntry(config File, discovered map[string]File) (parse.Node, error) {
	if err := config.mustParse(); err != nil {
		return parse.Node{}, err
	}
	if config.Root.Kind != parse.Object {
		return parse.Node{}, config.wrong(config.Root, "a stream configuration must be an object, not "+article(config.Root.Kind))
	}
	name := config.Root.Get("stream")
	switch {
	case name == nil:
		return parse.Node{}, config.wrong(config.Root, `the key "stream" is missing`)
	case name.Kind != parse.String:
		return parse.Node{}, config.wrong(name, "stream must be a string, not "+article(name.Kind))
	case strings.ContainsAny(name.Text, "/\x00"):
		return parse.Node{}, config.wrong(name, "stream must be a plain name, for it is the file name of the discovered schema")
	}
	stream, err := streamPart(config, discovered, *name)
	if err != nil {
		return parse.Node{}, err
	}
	settings, err := configPart(config, *name)
	if err != nil {
		return parse.Node{}, err
	}
	return dict(entry("stream", stream), entry("config", settings)), nil
}

// streamPart is what the source says of the stream: from its discovered schema or, where
// there is none (Python's falsy values count as none), from the stream's own file.
func streamPart(config File, discovered map[string]File, name parse.Node) (parse.Node, error) {
	var (
		from        = config
		fields, err = config.mustBeObject(config.Root, "fields")
		modes       = list()
		cursor      = orElse(config.Root.Get("cursor_field"), list())
		key         = orElse(config.Root.Get("primary_key"), list())
	)
	if err != nil {
		return parse.Node{}, err
	}
	if found, ok := discovered[name.Text]; ok {
		if err := found.mustParse(); err != nil {
			return parse.Node{}, err
		}
		if truthy(found.Root) {
			from = found
			if fields, modes, cursor, key, err = found.source(); err != nil {
				return parse.Node{}, err
			}
		}
	}
	properties, err := from.jsonSchema(&fields)
	if err != nil {
		return parse.Node{}, err
	}
	schema := dict(
		entry("type", text(`["null", "object"]`)),
		entry("properties", text(string(dump(nil, &properties, -1)))),
		entry("additionalProperties", text("true")),
	)
	return dict(
		entry("name", name),
		entry("supportedSyncModes", modes),
		entry("json_schema", schema),
		entry("default_cursor_field", cursor),
		entry("source_defined_cursor", boolean(truthy(&cursor))),
		entry("source_defined_primary_key", key),
	), nil
}

// source takes a discovered schema apart.
func (f File) source() (fields, modes, cursor, key parse.Node, err error) {
	if f.Root.Kind != parse.Object {
		err = f.wrong(f.Root, "a discovered schema must be an object, not "+article(f.Root.Kind))
		return fields, modes, cursor, key, err
	}
	if fields, err = f.mustBeObject(f.Root, "fields"); err != nil {
		return fields, modes, cursor, key, err
	}
	options, err := f.mustBeObject(f.Root, "options")
	if err != nil {
		return fields, modes, cursor, key, err
	}
	defaults, err := f.mustBeObject(f.Root, "defaults")
	modes = orElse(options.Get("sync_modes"), list())
	cursor = orElse(defaults.Get("cursor_field"), list())
	key = orElse(defaults.Get("primary_key"), list())
	return fields, modes, cursor, key, err
}

// configPart is how the lake wants the stream to be synced.
func configPart(config File, name parse.Node) (parse.Node, error) {
	fields, err := config.mustBeObject(config.Root, "fields")
	if err != nil {
		return parse.Node{}, err
	}
	members := fields.Dict()
	selected := make([]parse.Node, len(members))
	for i := range members {
		selected[i] = dict(entry("field_path", list(text(members[i].Key))))
	}
	return dict(
		entry("sync_mode", orElse(config.Root.Get("sync_mode"), text("full_refresh"))),
		entry("cursor_field", orElse(config.Root.Get("cursor_field"), list())),
		entry("destination_sync_mode", orElse(config.Root.Get("destination_sync_mode"), text("overwrite"))),
		entry("primary_key", orElse(config.Root.Get("primary_key"), list())),
		entry("alias_name", name),
		entry("selected", orElse(config.Root.Get("selected"), boolean(true))),
		entry("suggested", boolean(false)),
		entry("field_selection_enabled", boolean(true)),
		entry("selected_fields", list(selected...)),
	), nil
}

func orElse(value *parse.Node, absent parse.Node) parse.Node {
	if value == nil {
		return absent
	}
	return *value
}
