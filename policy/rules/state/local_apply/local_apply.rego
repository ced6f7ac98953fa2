# METADATA
# title: Script runs Terraform against a state of its own
# description: |
#   tofu-controller owns the lake's state; `terraform apply`, `plan` or `destroy` in a script, Makefile or CI job works on
#   another one, usually empty: it creates sources and connections a second time and leaves the controller with ids of
#   deleted ones. `terraform fmt`, `validate` and `init -backend=false` are fine. What a script only prints is not judged.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/state/local_apply.md
# schemas:
#   - input: schema.script
# custom:
#   severity: warning
#   scope: document
#   when: tip
#   kinds: [script]
#   ticket: TICKET-003
#   remediation: >-
#     delete the command and let a push apply the change; to check code use `terraform init -backend=false` and
#     `terraform validate`; to apply now run `kubectl annotate terraform -n <namespace> <name>
#     reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`
#   parameters:
#     commands:
#       description: subcommands of terraform, tofu and terragrunt that read or write state
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: [apply, plan, destroy, import, refresh]
package state.local_apply

deny contains {"message": message, "at": line.at} if {
	some line in input.lines
	some part in regex.split(separator, without_printing(line.text))
	not regex.match(`\s(-h|-?-help)\b`, part)
	words := regex.replace(part, `["'\[\],]+`, " ")
	[_, tool, subcommand] := regex.find_all_string_submatch_n(runs, words, 1)[0]
	message := sprintf("`%s %s` works on a state of its own, beside that of tofu-controller", [tool, subcommand])
}

# separator stands between the commands of one line.
separator := "[;|&`(){}]|\\s--\\s"

# without_printing drops the words that a command only shows or searches for.
without_printing(text) := regex.replace(
	text, concat("", [
		`\b(echo|printf|grep|egrep|rg|sed|awk)\b`,
		`(\s+("([^"\\]|\\.)*"|'[^']*'|[^\s;|&"'()]+))*`,
	]),
	"",
)

# runs matches a command that begins a line, after what shells, make, CI files
# and Dockerfiles put before commands, or the arguments of a container.
runs := concat("", [
	`^(?:(?:[\s@+!-]|if\s|then\s|else\s|do\s|while\s|until\s|sudo\s|exec\s|command\s|time\s|env\s|nohup\s|xargs\s`,
	`|timeout\s+\S+\s|(?:run|script|command|entrypoint|args):\s?[|>]?|RUN\s|CMD\s|ENTRYPOINT\s|--\w+=\S+\s|(?:ba|z)?sh\s+-\w*c\s`,
	`|\w+=\S*\s)*|\s*(?:docker|podman|nerdctl)\s.*\s)`,
	`(?:[^\s:]*/)?(terraform|tofu|terragrunt)(?::\S+)?(?:\s+-\S+|\s+run-all|\s+run)*\s+(`,
	concat("|", data.parameters["state/local_apply"].commands),
	`)(?:\s|$)`,
])
