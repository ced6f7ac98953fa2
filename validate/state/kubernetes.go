package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// manifestsIn finds Secrets and ConfigMaps in YAML documents and in JSON at any place, and returns where those lie that
// were reported. Only a text that names tfstate or tfplan is parsed.
func (in *inspector) manifestsIn(data []byte, at place) (covered []span) {
	if !bytes.Contains(data, []byte("tfstate")) && !bytes.Contains(data, []byte("tfplan")) {
		return nil
	}
	if !bytes.Contains(data, []byte("Secret")) && !bytes.Contains(data, []byte("ConfigMap")) {
		return nil
	}
	covered = in.yamlManifests(data, at)
	position := newLines(data, at)
	judge := func(o jsonObject) {
		if !o.keys.has(manifest) || !o.closed || inside(covered, o.start) || in.full() {
			return
		}
		if in.manifests -= int64(o.end - o.start); in.manifests < 0 {
			in.note(at, "more than %s of Kubernetes manifests", size(manifestBytes))
			return
		}
		if in.jsonManifest(data[o.start:o.end], at.labelledIf(o.start != firstText(data), "embedded"), position.of(o.start)) {
			covered = append(covered, o.span)
		}
	}
	reported := len(covered)
	if scanObjects(data, judge); len(covered) == reported {
		scanQuotedLines(data, judge)
	}
	return covered
}

// jsonManifest reads one object as a Secret, a ConfigMap or a list of them.
func (in *inspector) jsonManifest(document []byte, at place, line int) (reported bool) {
	type object struct {
		Kind     string
		Metadata struct {
			Name   string
			Labels map[string]string
		}
		Data       map[string]string
		StringData map[string]string
	}
	var read struct {
		object
		Items []object
	}
	var mistyped *json.UnmarshalTypeError // such a field is left out, the others are read
	if err := json.Unmarshal(document, &read); err != nil && !errors.As(err, &mistyped) {
		return false
	}
	at.line = line
	for i, o := range append([]object{read.object}, read.Items...) {
		manifest := kubernetesObject{kind: o.Kind, name: o.Metadata.Name, labels: o.Metadata.Labels}
		if i > 0 {
			if o.Kind != "" {
				continue // was an object of its own
			}
			manifest.kind = itemKind(read.Kind)
		}
		for _, key := range sorted(o.Data) {
			manifest.values = append(manifest.values, kubernetesValue{key, o.Data[key], manifest.kind == "ConfigMap"})
		}
		for _, key := range sorted(o.StringData) {
			manifest.values = append(manifest.values, kubernetesValue{key, o.StringData[key], true})
		}
		where := at.labelledIf(i > 0, fmt.Sprintf("list item %d", i))
		reported = (manifest.kind == "Secret" || manifest.kind == "ConfigMap") && in.judgeManifest(manifest, where) || reported
	}
	return reported
}

// itemKind is the kind of the items of a typed list, which do not state it.
func itemKind(list string) string {
	switch list {
	case "SecretList":
		return "Secret"
	case "ConfigMapList":
		return "ConfigMap"
	}
	return ""
}

// yamlManifests parses each YAML document that could hold a manifest.
func (in *inspector) yamlManifests(data []byte, at place) (covered []span) {
	position := newLines(data, at)
	for number, start := 0, 0; start < len(data) && !in.full(); {
		end := nextDocument(data, start)
		document := data[start:end]
		number++
		if mayBeManifest(document) {
			if in.manifests -= int64(max(len(document), 1024)); in.manifests < 0 {
				in.note(at, "more than %s of Kubernetes manifests", size(manifestBytes))
				return covered
			}
			var root yaml.Node
			if yaml.Unmarshal(document, &root) == nil && len(root.Content) == 1 {
				where := at.labelledIf(number > 1, fmt.Sprintf("yaml document %d", number))
				if in.yamlDocument(root.Content[0], where, position.of(start)) {
					covered = append(covered, span{start, end})
				}
			}
		}
		start = end
	}
	return covered
}

// nextDocument is where the YAML document after the one at start begins: at the next line that is "---" or starts with
// "--- ". A marker at start itself belongs to the document there.
func nextDocument(data []byte, start int) int {
	for from := start; ; {
		i := bytes.Index(data[from:], []byte("\n---"))
		if i < 0 {
			return len(data)
		}
		marker := from + i + 1
		if after := marker + 3; after == len(data) || bytes.IndexByte([]byte(" \t\r\n"), data[after]) >= 0 {
			return marker
		}
		from = marker
	}
}

// mayBeManifest keeps prose, source code and JSON away from the YAML parser.
func mayBeManifest(document []byte) bool {
	return bytes.Contains(document, []byte("kind")) &&
		(bytes.Contains(document, []byte("tfstate")) || bytes.Contains(document, []byte("tfplan"))) &&
		(bytes.Contains(document, []byte("Secret")) || bytes.Contains(document, []byte("ConfigMap"))) &&
		!bytes.HasPrefix(bytes.TrimLeft(document, "- \t\r\n"), []byte("{\""))
}
