package stream

import "github.com/lotus-lake/lotus-gate/validate/parse"

// Document builds the `stream` input (docs/inputs.md) of a configuration of source, without
// path, kind and commit. discovered is the stream's discovered schema, nil for none; one
// that does not parse, or is no object, counts as none here and as an error of the catalog.
func Document(source string, file File, discovered *File) map[string]any {
	document := map[string]any{
		"source":         source,
		"name":           file.Name(),
		"content":        nil,
		"syntax":         nil,
		"duplicate_keys": []any{},
		"schema_errors":  []any{},
		"schedule_error": nil,
		"discovered":     nil,
	}
	if discovered != nil && discovered.Root != nil && discovered.Root.Kind == parse.Object {
		document["discovered"] = discoveredFacts(*discovered)
	}
	if file.Syntax != nil {
		document["syntax"] = map[string]any{
			"message": file.Syntax.Message,
			"at":      place(file.Path, file.Syntax.Line, file.Syntax.Column),
		}
	}
	if file.Root == nil {
		return document
	}
	document["content"] = file.Root.Value()
	if duplicates := file.Root.Duplicates(); duplicates != nil {
		keys := make([]any, len(duplicates))
		for i, member := range duplicates {
			keys[i] = map[string]any{"key": member.KeyText(), "at": place(file.Path, member.Line, member.Column)}
		}
		document["duplicate_keys"] = keys
	}
	if violations := Validate(file.Root); violations != nil {
		errors := make([]any, len(violations))
		for i, violation := range violations {
			errors[i] = map[string]any{"field": violation.Field, "message": violation.Message}
		}
		document["schema_errors"] = errors
	}
	if schedule := file.Root.Get("schedule"); schedule != nil && schedule.Kind == parse.String && file.Connector() == "dlt" {
		if err := Cron(schedule.Text); err != nil {
			document["schedule_error"] = err.Error()
		}
	}
	return document
}

// Locate maps a field path of a finding to its place in the file, as policy.Document wants it.
func (f File) Locate(field []any) (line, column int) {
	switch {
	case f.Root != nil:
		line, column, _ = f.Root.Find(field)
		return line, column
	case f.Syntax != nil:
		return f.Syntax.Line, f.Syntax.Column
	}
	return 1, 1
}

// discoveredFacts takes from a discovered schema what has the expected form.
func discoveredFacts(file File) map[string]any {
	fields := map[string]any{}
	if declared := file.Root.Get("fields"); declared != nil {
		for _, member := range declared.Dict() {
			fields[member.KeyText()] = fieldType(&member.Value)
		}
	}
	options, defaults := file.Root.Get("options"), file.Root.Get("defaults")
	key := []any{}
	if declared := defaults.Get("primary_key"); declared != nil {
		for i := range declared.Items {
			if path := stringsOf(&declared.Items[i]); len(path) > 0 {
				key = append(key, path)
			}
		}
	}
	return map[string]any{
		"path":                   file.Path,
		"fields":                 fields,
		"sync_modes":             stringsOf(options.Get("sync_modes")),
		"destination_sync_modes": stringsOf(options.Get("destination_sync_modes")),
		"primary_key":            key,
		"cursor_field":           stringsOf(defaults.Get("cursor_field")),
	}
}

// fieldType is the type of a discovered field; of a list of types, as in ["null", "integer"],
// the first that is not null; "string", the generator's default, when there is none.
func fieldType(field *parse.Node) string {
	declared := field.Get("type")
	if declared == nil {
		return "string"
	}
	for _, item := range append([]parse.Node{*declared}, declared.Items...) {
		if item.Kind == parse.String && item.Text != "null" {
			return item.Value().(string)
		}
	}
	return "string"
}

func stringsOf(list *parse.Node) []any {
	texts := []any{}
	if list == nil {
		return texts
	}
	for i := range list.Items {
		if list.Items[i].Kind == parse.String {
			texts = append(texts, list.Items[i].Value())
		}
	}
	return texts
}
