"""Says what Python makes of stream files: each line of standard input is a JSON object
{"streams": {file name: text}, "discovered": {stream name: text}}, each line of standard
output the text of the catalog that the lake's generator would write, as a JSON string, or
null where it would raise an exception. Written for catalog_test.go from the description of
the catalog's format; catalogs.jsonl holds answers of the lake's own generator."""
import json
import sys

MISSING = object()


def column(field):
    kind = field.get("type", "string")
    out = {"type": ["null", kind]}
    out.update((key, field[key]) for key in ("description", "format") if key in field)
    if kind == "object" and "properties" in field:
        out["properties"] = columns(field["properties"])
    items = field.get("items", MISSING)
    if kind == "array" and items is not MISSING:
        nested = isinstance(items, dict) and not [v for v in items.values() if not isinstance(v, dict)]
        out["items"] = {"type": ["null", "object"], "properties": columns(items)} if nested else items
    return out


def columns(fields):
    return {name: column(field) for name, field in fields.items()}


def entry(config, found):
    cursor, key, modes = config.get("cursor_field", []), config.get("primary_key", []), []
    fields = config.get("fields", {})
    selected = [{"field_path": [name]} for name in fields.keys()]
    if found:
        fields = found.get("fields", {})
        modes = found.get("options", {}).get("sync_modes", [])
        cursor = found.get("defaults", {}).get("cursor_field", [])
        key = found.get("defaults", {}).get("primary_key", [])
    return {
        "stream": {
            "name": config["stream"],
            "supportedSyncModes": modes,
            "json_schema": {
                "type": '["null", "object"]',
                "properties": json.dumps(columns(fields)),
                "additionalProperties": "true",
            },
            "default_cursor_field": cursor,
            "source_defined_cursor": bool(cursor),
            "source_defined_primary_key": key,
        },
        "config": {
            "sync_mode": config.get("sync_mode", "full_refresh"),
            "cursor_field": config.get("cursor_field", []),
            "destination_sync_mode": config.get("destination_sync_mode", "overwrite"),
            "primary_key": config.get("primary_key", []),
            "alias_name": config["stream"],
            "selected": config.get("selected", True),
            "suggested": False,
            "field_selection_enabled": True,
            "selected_fields": selected,
        },
    }


def catalog(case):
    streams = []
    for name in sorted(case["streams"]):
        if not name.startswith("_"):
            config = json.loads(case["streams"][name])
            found = case["discovered"].get(config["stream"])
            streams.append(entry(config, json.loads(found) if found is not None else None))
    return json.dumps({"streams": streams}, indent=2)


for line in sys.stdin:
    try:
        print(json.dumps(catalog(json.loads(line))))
    except (ValueError, KeyError, AttributeError, TypeError, IndexError):
        print("null")
