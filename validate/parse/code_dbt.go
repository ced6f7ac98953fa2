package parse

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// dbtStatements reads the outputs of dbt profiles for DuckDB: extensions, settings, secrets and attachments, as
// dbt-duckdb takes them: https://github.com/duckdb/dbt-duckdb#configuring-your-profile. A file that is no YAML has none.
func dbtStatements(data []byte) []CodeStatement {
	var document yaml.Node
	if yaml.Unmarshal(data, &document) != nil || len(document.Content) == 0 {
		return nil
	}
	p := &dbtProfile{lines: bytes.Split(data, []byte("\n"))}
	eachMember(document.Content[0], func(profile, body *yaml.Node) {
		outputs := memberOf(body, "outputs")
		eachMember(outputs, func(name, output *yaml.Node) {
			if scalarText(output, "type") == "duckdb" {
				p.output(dotted(profile.Value, name.Value), output)
			}
		})
	})
	return p.found
}

type dbtProfile struct {
	lines [][]byte
	found []CodeStatement
}

func (p *dbtProfile) add(s CodeStatement, at *yaml.Node) {
	s.Line, s.Column = place(at, p.lines)
	p.found = append(p.found, s)
}

func (p *dbtProfile) output(scope string, output *yaml.Node) {
	if key, path := member(output, "path"); path != nil && isDucklake(path.Value) {
		p.add(CodeStatement{What: "attach_ducklake", DataPath: optionsPath(output), Scope: scope}, key)
	}
	_, extensions := member(output, "extensions")
	eachItem(extensions, func(item *yaml.Node) {
		name := item.Value
		if item.Kind == yaml.MappingNode {
			name = scalarText(item, "name")
		}
		p.add(CodeStatement{What: "load", Name: strings.ToLower(name), Scope: scope}, item)
	})
	for _, section := range []string{"settings", "config_options"} {
		_, settings := member(output, section)
		eachMember(settings, func(key, _ *yaml.Node) {
			p.add(CodeStatement{What: "set", Name: strings.ToLower(key.Value), Scope: scope}, key)
		})
	}
	_, secrets := member(output, "secrets")
	secret := func(item *yaml.Node) {
		p.add(CodeStatement{What: "create_secret", Name: strings.ToLower(scalarText(item, "type")), Scope: scope}, item)
	}
	eachItem(secrets, secret)
	eachMember(secrets, func(_, item *yaml.Node) { secret(item) })
	_, attach := member(output, "attach")
	eachItem(attach, func(item *yaml.Node) {
		if isDucklake(scalarText(item, "path")) || scalarText(item, "type") == "ducklake" || scalarText(item, "is_ducklake") == "true" {
			p.add(CodeStatement{What: "attach_ducklake", Name: scalarText(item, "alias"), DataPath: optionsPath(item), Scope: scope}, item)
		}
	})
}

func isDucklake(path string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(path)), "ducklake:")
}

// optionsPath is the DATA_PATH among the options of an attachment; Jinja in it is `*`.
func optionsPath(n *yaml.Node) string {
	path := ""
	for _, holder := range []string{"", "options"} {
		from := n
		if holder != "" {
			_, from = member(n, holder)
		}
		eachMember(from, func(key, value *yaml.Node) {
			if strings.EqualFold(key.Value, "data_path") {
				path = value.Value
			}
		})
	}
	if strings.HasPrefix(path, "{{") {
		return ""
	}
	return jinja().ReplaceAllString(path, "*")
}

func scalarText(n *yaml.Node, key string) string {
	if value := memberOf(n, key); value != nil && target(value).Kind == yaml.ScalarNode {
		return target(value).Value
	}
	return ""
}

// memberOf is the value of a member of a node that may be nil.
func memberOf(n *yaml.Node, key string) *yaml.Node {
	if n == nil {
		return nil
	}
	_, value := member(n, key)
	return value
}

func eachMember(n *yaml.Node, visit func(key, value *yaml.Node)) {
	if n == nil || target(n).Kind != yaml.MappingNode {
		return
	}
	content := target(n).Content
	for i := 0; i+1 < len(content); i += 2 {
		visit(content[i], target(content[i+1]))
	}
}

func eachItem(n *yaml.Node, visit func(item *yaml.Node)) {
	if n == nil || target(n).Kind != yaml.SequenceNode {
		return
	}
	for _, item := range target(n).Content {
		visit(target(item))
	}
}
