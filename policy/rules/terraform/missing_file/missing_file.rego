# METADATA
# title: File that is read and not there
# description: |
#   `file()` on a path that is not in the repository fails the plan, on the cluster only: there tofu-controller has the
#   committed files and nothing else, while the author's working tree may hold an ignored or untracked one. A
#   connection whose source's `_catalog.json` was never committed is the usual case (TODO-002).
#   Paths built from `path.module` and literals are judged, and reads inside `try()` or `can()` are not. A `fileset()` of a
#   directory that does not exist finds nothing and says nothing: a backfill that watches it never fires.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/functions/file
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TODO-002
#   remediation: >-
#     correct the path, or commit the file: `gate catalog --write` makes a catalog, `git add -f <path>` takes what git
#     ignores
package terraform.missing_file

deny contains {"message": message, "at": read.at} if {
	some read in input.reads
	read.path != null
	not read.optional
	wrong := fault(read)
	message := sprintf("%s reads %s with %s(), %s", [read.from, read.path, read.call, wrong])
}

fault(read) := "which leaves the repository" if read.escapes

fault(read) := "which is not in the repository" if {
	not read.escapes
	not read.exists
}
