package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScriptLines(t *testing.T) {
	tests := []struct {
		name, file, source string
		want               []ScriptLine
	}{
		{"Makefile", "Makefile", "check:\n\tterraform validate # terraform plan\n\n# terraform apply\napply:\n\t@cd infra && \\\n\t  terraform apply \\\n\t  -auto-approve\n", []ScriptLine{
			{"terraform validate", 2, 2}, {"@cd infra && terraform apply -auto-approve", 6, 2},
		}},
		{"only names of files", "a.sh", "rm -f terraform.tfstate .terraform x-terraform terraform-docs\n", nil},
		{"script without extension, CRLF", "bin/deploy", "#!/usr/bin/env bash\r\n  tofu plan\r\n", []ScriptLine{{"tofu plan", 2, 3}}},
		{"no script", "README.md", "run `terraform apply`", nil},
		{"python with a shebang", "bin/x", "#!/usr/bin/python3\nterraform = 1\n", nil},
		{"Dockerfile", "ci/Dockerfile.ci", "FROM x\nRUN apk add curl && \\\n # a comment\n terraform init\n", []ScriptLine{{"terraform init", 4, 2}}},
		{"workflow", ".github/workflows/a.yaml", `on: push
env: {NOTE: terraform apply}
jobs:
  a:
    name: terraform plan
    steps:
      - uses: hashicorp/setup-terraform@v3
      - run: terraform fmt -check # terraform apply
      - name: terraform apply
        run: |
          # terraform destroy
          cd terraform

            terraform \
              plan
      - run: >
          echo x;
          terraform
          apply
`, []ScriptLine{{"terraform fmt -check", 8, 14}, {"cd terraform", 12, 11}, {"terraform plan", 14, 13}, {"echo x; terraform apply", 18, 11}}},
		{"GitLab", ".gitlab-ci.yml", "plan:\n  script:\n    - terraform init\n    - [terraform plan]\n    - \"tofu apply\"\n", []ScriptLine{{"terraform init", 3, 7}, {"terraform plan", 4, 8}, {"tofu apply", 5, 7}}},
		{"compose", "compose.yaml", "services:\n  tf:\n    entrypoint: [terraform]\n    command: [sh, -c, \"terraform apply\"]\n", []ScriptLine{{"terraform", 3, 17}, {"sh -c terraform apply", 4, 14}}},
		{"broken pipeline", ".drone.yml", "a: [\nrun: terraform apply\n", []ScriptLine{{"run: terraform apply", 2, 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ScriptLines(tt.file, []byte(tt.source))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzScriptLines(f *testing.F) {
	for _, seed := range []string{"terraform \\\n apply", "run: |\n  terraform plan", "x: &a [terraform, *a]", "run: >-\n\n  tofu\n\n x", "command: [terraform, ' ']", "<<EOF\nterraform", "run: \"\\nterraform\""} {
		f.Add("a.sh", []byte(seed))
		f.Add(".gitlab-ci.yml", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		lines := len(LinesOf(data))
		for _, l := range ScriptLines(file, data) {
			if l.Line < 1 || l.Line > lines || l.Column < 1 || !tools().MatchString(l.Text) {
				t.Fatalf("%+v in %d lines", l, lines)
			}
		}
	})
}
