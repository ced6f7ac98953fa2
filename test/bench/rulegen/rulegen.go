// Package rulegen writes sets of many rules, as an organisation with hundreds of
// conventions has them: of every kind of document, each about something else.
package rulegen

import (
	"fmt"
	"path"
	"strings"
)

// general is the share of rules, one in so many, that concern every document of their kind.
// The others are about one kind of object, one type of resource, one name.
const general = 5

// Files are n rules by path, as an author's directory has them. No rule finds
// anything in a valid lake.
func Files(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		k := kinds[i%len(kinds)]
		turn := i / len(kinds)
		body := k.special
		if turn%general == 0 {
			body = k.general
		}
		name := fmt.Sprintf("convention_%03d", i)
		replace := strings.NewReplacer(
			"NAME", name, "KIND", k.name, "SCOPE", k.scope, "TURN", fmt.Sprint(turn), "OBJECT", objects[turn%len(objects)], "ADMISSION", k.admission,
		)
		files[path.Join(k.name+"_conventions", name, name+".rego")] = replace.Replace(header + strings.TrimPrefix(body, "\n"))
	}
	return files
}

const header = `# METADATA
# title: Convention NAME
# description: |
#   What everybody who works on the platform has agreed on, and why it hurts when it is not kept. One of some hundred
#   conventions of an organisation, about a KIND.
# related_resources:
#   - ref: https://wiki.example.com/conventions/NAME
# schemas:
#   - input: schema.KIND
# custom:
#   severity: error
#   scope: SCOPE
#   when: tip
#   kinds: [KIND]
#   ticket: LAKE-TURN
#   remediation: do as https://wiki.example.com/conventions/NAME says
#   parameters:
#     most: {description: how many are let pass, default: 3}
ADMISSIONpackage KIND_conventions.NAME

`

// kind is how rules on one kind of document look.
type kind struct {
	name, scope      string
	special, general string
	admission        string
}

// objects are what rules on manifests are about.
var objects = []string{
	"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Service", "Ingress", "ConfigMap", "PersistentVolumeClaim", "NetworkPolicy",
	"HelmRelease", "HelmRepository", "OCIRepository", "GitRepository", "Terraform", "Certificate", "Issuer", "ServiceMonitor", "PrometheusRule", "Gateway",
	"HTTPRoute", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding",
}

var kinds = []kind{
	{name: "manifest", scope: "document", special: `
deny contains {"message": message, "field": ["metadata", "annotations"]} if {
	input.object.kind == "OBJECT"
	some key, value in input.object.metadata.annotations
	startswith(key, "conventions.example.com/TURN-")
	not value in {"gold", "silver"}
	message := sprintf("%s %s has no tier", [input.object.kind, input.object.metadata.name])
}
`, general: `
deny contains {"message": message, "field": ["metadata", "name"]} if {
	some label in object.keys(input.object.metadata.labels)
	startswith(label, "conventions.example.com/TURN-")
	message := sprintf("label %s is no longer used", [label])
}
`},
	{name: "stream", scope: "document", special: `
deny contains {"message": message, "field": ["fields", name]} if {
	input.source == "system_TURN"
	some name, field in input.content.fields
	field.type == "number"
	message := sprintf("column %s is an amount: use a decimal", [name])
}
`, general: `
deny contains {"message": message, "field": ["fields", name]} if {
	some name, _ in input.content.fields
	endswith(name, "_forbidden_TURN")
	message := sprintf("column %s has a suffix that nobody reads", [name])
}
`},
	{name: "material", scope: "document", special: `
deny contains {"message": message} if {
	some thing in input.found
	thing.form == "form TURN"
	message := sprintf("%s is not kept here", [thing.form])
}
`, general: `
deny contains {"message": message} if {
	endswith(input.path, ".forbidden_TURN")
	message := sprintf("%s is not kept here", [input.path])
}
`},
	{name: "script", scope: "document", special: `
deny contains {"message": message, "at": line.at} if {
	some line in input.lines
	contains(line.text, "terraform workspace new convention_TURN")
	message := "workspaces are made by the platform"
}
`, general: `
deny contains {"message": message, "at": line.at} if {
	some line in input.lines
	regex.match("terraform.*-target=convention_TURN", line.text)
	message := "targets hide what else changes"
}
`},
	{name: "code", scope: "document", special: `
deny contains {"message": message, "at": statement.at} if {
	some statement in input.statements
	statement.what == "load"
	statement.name == "extension_TURN"
	message := sprintf("extension %s is not built for the platform", [statement.name])
}
`, general: `
deny contains {"message": message, "at": name.at} if {
	some name in input.names
	startswith(name.name, "convention_TURN_")
	message := sprintf("%s is an old name", [name.name])
}
`},
	{name: "module", scope: "change", special: `
deny contains {"message": message, "at": resource.at} if {
	some resource in input.resources
	resource.type == "example_resource_TURN"
	not resource.attributes["tags.owner"]
	message := sprintf("%s names no owner", [resource.address])
}
`, general: `
deny contains {"message": message, "at": resource.at} if {
	some resource in input.resources
	startswith(resource.name, "convention_TURN_")
	message := sprintf("%s has a name that is taken", [resource.address])
}
`},
	{name: "source", scope: "change", special: `
deny contains {"message": message, "at": stream.at} if {
	input.source == "system_TURN"
	some stream in input.streams
	stream.connector == "dlt"
	message := sprintf("stream %s of this system is loaded by Airbyte", [stream.name])
}
`, general: `
deny contains {"message": message, "at": stream.at} if {
	some stream in input.streams
	startswith(stream.name, "convention_TURN_")
	message := sprintf("stream %s has an old name", [stream.name])
}
`},
	{name: "workspace", scope: "change", special: `
deny contains {"message": message, "at": use.at} if {
	some use in input.secret_uses
	use.key == "convention_TURN"
	message := sprintf("%s uses a key that goes away", [use.object])
}
`, general: `
deny contains {"message": message, "at": object.at} if {
	some object in input.terraform_objects
	startswith(object.workspace, "convention-TURN-")
	message := sprintf("workspace %s is reserved", [object.workspace])
}
`},
	{name: "waiver", scope: "change", special: `
deny contains {"message": message, "at": input.at} if {
	input.rule == "manifest_conventions/convention_TURN"
	message := sprintf("%s cannot be waived", [input.rule])
}
`, general: `
deny contains {"message": message, "at": input.at} if {
	input.days_left > 3650 + TURN
	message := sprintf("the waiver of %s lasts too long", [input.rule])
}
`},
	{name: "request", scope: "request", special: `
deny contains {"message": message} if {
	input.operation == "DELETE"
	input.namespace == "convention-TURN"
	message := sprintf("%s may not delete here", [input.user.name])
}
`, general: `
deny contains {"message": message} if {
	startswith(input.name, "convention-TURN-")
	message := sprintf("%s has a reserved name", [input.name])
}
`, admission: "#   admission:\n#     resources: [core/v1/configmaps]\n#     operations: [CREATE, UPDATE, DELETE]\n"},
}
