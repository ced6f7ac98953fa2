package state.local_apply_test

import data.state.local_apply

at := {"path": "ci/run.sh", "line": 3, "column": 1}

parameters := {"state/local_apply": {"commands": ["apply", "plan", "destroy", "import", "refresh"]}}

judged(text) := found if {
	found := local_apply.deny with input as {"kind": "script", "path": "ci/run.sh", "lines": [{"text": text, "at": at}]}
		with data.parameters as parameters
}

works_on(command) := {{
	"message": sprintf("`%s` works on a state of its own, beside that of tofu-controller", [command]),
	"at": at,
}}

test_runs if {
	every text, command in {
		"terraform apply -auto-approve": "terraform apply",
		"terraform plan": "terraform plan",
		"\t@terraform destroy": "terraform destroy",
		"-tofu apply": "tofu apply",
		"- terraform plan -out=tfplan": "terraform plan",
		"- run: terraform plan": "terraform plan",
		"script: ['terraform apply']": "terraform apply",
		"run: |  terraform apply": "terraform apply",
		"cd infra && terraform apply": "terraform apply",
		"if ! terraform plan -detailed-exitcode; then": "terraform plan",
		"out=$(terraform plan)": "terraform plan",
		"TF_LOG=debug /usr/bin/terraform -chdir=infra apply": "terraform apply",
		"sudo terraform refresh": "terraform refresh",
		"RUN terraform init && terraform apply": "terraform apply",
		"RUN --mount=type=secret terraform apply": "terraform apply",
		"CMD [\"terraform\", \"apply\"]": "terraform apply",
		"bash -ec 'terraform apply'": "terraform apply",
		"sh -c \"cd infra; terraform apply\"": "terraform apply",
		"aws-vault exec lake -- terraform apply": "terraform apply",
		"docker run --rm -v $PWD:/w hashicorp/terraform:1.9 plan": "terraform plan",
		"terragrunt run-all apply": "terragrunt apply",
		"terragrunt run --all plan": "terragrunt plan",
		"terraform import airbyte_source.x 1": "terraform import",
		"yes | timeout 10m terraform apply": "terraform apply",
		"echo applying; terraform apply": "terraform apply",
	} {
		judged(text) == works_on(command)
	}
}

test_passes if {
	every text in [
		"terraform fmt -check",
		"terraform init -backend=false && terraform validate",
		"terraform version",
		"terraform show tfplan",
		"terraform workspace select plan",
		"terraform apply -help",
		"terraform plan --help",
		"name: terraform plan",
		"uses: hashicorp/setup-terraform@v3",
		"working-directory: orchestration/airbyte/terraform",
		"echo \"never run terraform apply here; a push does\"",
		"echo 'cd infra && terraform apply'",
		"grep -rn 'terraform apply' docs",
		"find . -name \".terraform\" -type d",
		"cp terraform plan/",
		"terraform-docs apply",
		"kubectl get terraform apply",
		"&& unzip /opt/terraform.zip -d /usr/local/bin",
		"terraform applying",
	] {
		judged(text) == set()
	}
}

test_commands_are_configurable if {
	found := local_apply.deny with input as {"lines": [{"text": "terraform plan", "at": at}, {"text": "tofu taint x", "at": at}]}
		with data.parameters as {"state/local_apply": {"commands": ["taint"]}}
	found == works_on("tofu taint")
}

test_two_commands_on_a_line_are_two_findings if {
	judged("terraform plan && terraform apply") == works_on("terraform plan") | works_on("terraform apply")
}
