package request

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

const (
	// SourceLabel marks ConfigMaps of stream configurations; its value is the source.
	SourceLabel = "lotus-gate.dev/stream-source"

	configSuffix = ".json"
	schemaSuffix = ".schema.json"
	maxStreams   = 500 // of one ConfigMap
)

// documents builds what rules judge of the object alone. An object that is being
// deleted has to go, whatever it holds.
func (o objects) documents(wants map[string]bool) ([]policy.Document, error) {
	metadata, _ := o.object["metadata"].(map[string]any)
	if o.object == nil || metadata["deletionTimestamp"] != nil {
		return nil, nil
	}
	var docs []policy.Document
	if wants["manifest"] {
		docs = append(docs, policy.Document{Kind: "manifest", Input: map[string]any{"object": o.object, "encrypted": false}})
	}
	labels, _ := metadata["labels"].(map[string]any)
	if source, ok := labels[SourceLabel].(string); ok && wants["stream"] && o.resource == "configmaps" {
		streams, err := streamDocuments(source, texts(o.object))
		if err != nil {
			return nil, err
		}
		docs = append(docs, streams...)
	}
	return docs, nil
}

// texts are the files of a ConfigMap. kubectl puts what is no UTF-8 under binaryData.
func texts(configMap map[string]any) map[string][]byte {
	files := map[string][]byte{}
	data, _ := configMap["data"].(map[string]any)
	for key, value := range data {
		if text, ok := value.(string); ok {
			files[key] = []byte(text)
		}
	}
	binary, _ := configMap["binaryData"].(map[string]any)
	for key, value := range binary {
		text, _ := value.(string)
		if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
			files[key] = decoded
		}
	}
	return files
}

// streamDocuments builds one document for each configuration among a ConfigMap's
// files.
func streamDocuments(source string, files map[string][]byte) ([]policy.Document, error) {
	var docs []policy.Document
	for _, key := range slices.Sorted(maps.Keys(files)) {
		if !stream.IsConfig(key) || strings.HasSuffix(key, schemaSuffix) {
			continue
		}
		if len(docs) == maxStreams {
			return nil, fmt.Errorf("more than %d stream configurations in one ConfigMap", maxStreams)
		}
		file := stream.Read(key, files[key])
		var discovered *stream.File
		name := file.Stream() + schemaSuffix
		if text, ok := files[name]; ok {
			f := stream.Read(name, text)
			discovered = &f
		}
		docs = append(docs, policy.Document{Kind: "stream", Path: key, Input: stream.Document(source, file, discovered), Locate: file.Locate})
	}
	return docs, nil
}

// document builds the request as rules see it.
func (r Request) document(o objects, live map[string]any) policy.Document {
	groups := make([]any, len(r.Groups))
	for i, group := range r.Groups {
		groups[i] = group
	}
	known := map[string]any{"terraforms": []any{}, "missing": []any{}, "state": nil}
	maps.Copy(known, live)
	return policy.Document{Kind: "request", Input: map[string]any{
		"operation": r.Operation,
		"user":      map[string]any{"name": r.User, "groups": groups},
		"resource":  map[string]any{"group": r.Group, "version": r.Version, "resource": r.Resource},
		"namespace": r.Namespace, "name": r.Name, "subresource": r.SubResource,
		"dry_run": r.DryRun,
		"object":  orNull(o.object), "old_object": orNull(o.old), "unchanged": o.unchanged,
		"live": known,
	}}
}

func orNull(object map[string]any) any {
	if object == nil {
		return nil
	}
	return object
}
