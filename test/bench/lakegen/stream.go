package lakegen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"

	"github.com/lotus-lake/lotus-gate/validate/stream"
)

const catalogName = "_catalog.json"

func catalogPath(source string) string { return path.Join(streamsDir, source, catalogName) }

type field struct {
	Type       string           `json:"type"`
	Format     string           `json:"format,omitempty"`
	Properties map[string]field `json:"properties,omitempty"`
	Items      map[string]field `json:"items,omitempty"`
}

type streamConfig struct {
	Stream      string           `json:"stream"`
	Sync        string           `json:"sync_mode"`
	Destination string           `json:"destination_sync_mode"`
	Backfill    bool             `json:"backfill"`
	Key         [][]string       `json:"primary_key"`
	Cursor      []string         `json:"cursor_field"`
	Selected    bool             `json:"selected"`
	Fields      map[string]field `json:"fields"`
}

type discovered struct {
	Stream  string `json:"stream"`
	Options struct {
		Sync        []string `json:"sync_modes"`
		Destination []string `json:"destination_sync_modes"`
	} `json:"options"`
	Defaults struct {
		Key    [][]string `json:"primary_key"`
		Cursor []string   `json:"cursor_field"`
	} `json:"defaults"`
	Fields map[string]field `json:"fields"`
}

// streamFile is a stream's configuration: incremental, deduplicated and valid. Every edit
// leaves out another of its fields.
func streamFile(source, name string, edits int) ([]byte, error) {
	fields := fieldsOf(source, name, edits)
	if edits > 0 {
		delete(fields, columnName(edits%columns(source, name)))
	}
	return indented(streamConfig{
		Stream: name, Sync: "incremental", Destination: "append_dedup",
		Key: [][]string{{"id"}}, Cursor: []string{"updated_at"}, Selected: true, Fields: fields,
	})
}

func schemaFile(source, name string, edits int) ([]byte, error) {
	d := discovered{Stream: name, Fields: fieldsOf(source, name, edits)}
	d.Options.Sync = []string{"full_refresh", "incremental"}
	d.Options.Destination = []string{"overwrite", "append", "append_dedup"}
	d.Defaults.Key, d.Defaults.Cursor = [][]string{{"id"}}, []string{"updated_at"}
	return indented(d)
}

// columns is how many fields a stream has beside its key and cursor: 8 to 31.
func columns(source, name string) int { return 8 + int(hash(source, name)%24) }

func columnName(i int) string { return fmt.Sprintf("%s_%d", words[(i*7)%len(words)], i) }

// fieldsOf are the fields that a stream has after some edits: every second adds to one of
// its objects or lists.
func fieldsOf(source, name string, edits int) map[string]field {
	fields := map[string]field{
		"id":         {Type: "integer"},
		"updated_at": {Type: "string", Format: "date-time"},
	}
	for i := range columns(source, name) {
		f := field{Type: []string{"string", "number", "integer", "boolean"}[i%4]}
		leaves := map[string]field{
			"amount": {Type: "number"}, "currency": {Type: "string"}, "access_token": {Type: "string"},
			"label": {Type: "object", Properties: map[string]field{"text": {Type: "string"}, "primary_key": {Type: "string"}}},
		}
		for n := range edits / 2 {
			if n%columns(source, name) == i {
				leaves[columnName(n)] = field{Type: "string"}
			}
		}
		switch i % 9 {
		case 4:
			f = field{Type: "object", Properties: leaves}
		case 8:
			f = field{Type: "array", Items: leaves}
		}
		fields[columnName(i)] = f
	}
	return fields
}

// pair is a stream and its discovered schema as they are after some edits.
type pair struct {
	edits          int
	config, schema stream.File
}

// pair reads a stream, once for each of its edits.
func (l *Lake) pair(source, name string) (pair, error) {
	p := path.Join(streamsDir, source, name+".json")
	if known, ok := l.read[p]; ok && known.edits == l.edits[p] {
		return known, nil
	}
	config, err := streamFile(source, name, l.edits[p])
	if err != nil {
		return pair{}, err
	}
	schema, err := schemaFile(source, name, l.edits[p])
	if err != nil {
		return pair{}, err
	}
	l.read[p] = pair{l.edits[p], stream.Read(p, config), stream.Read(path.Join(sourcesDir, source, name+".json"), schema)}
	return l.read[p], nil
}

// catalog is what the lake's generator would write for a source now.
func (l *Lake) catalog(source string) ([]byte, error) {
	var streams []stream.File
	schemas := map[string]stream.File{}
	for t := range l.shape.Streams {
		p, err := l.pair(source, streamName(t))
		if err != nil {
			return nil, err
		}
		streams = append(streams, p.config)
		schemas[streamName(t)] = p.schema
	}
	data, err := stream.Render(streams, schemas)
	if err != nil {
		return nil, fmt.Errorf("render catalog of %s: %w", source, err)
	}
	return data, nil
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("write stream: %w", err)
	}
	return b.Bytes(), nil
}
