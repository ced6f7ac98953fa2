package state

import "testing"

func TestName(t *testing.T) {
	for path, want := range map[string]Form{
		"terraform.tfstate":                            State,
		"infra/PROD.TFSTATE":                           State,
		"a/b.tfstate/part-1":                           State,
		".tfstate":                                     State,
		`win\dows\terraform.tfstate`:                   State,
		"terraform.tfstate.backup":                     StateBackup,
		"terraform.tfstate.1700000000.backup":          StateBackup,
		"Terraform.TfState.2026-01-07T10-00-00.Backup": StateBackup,
		"terraform.tfstate.d/prod/notes":               WorkspaceState,
		"x/terraform.tfstate.d/prod/terraform.tfstate": State,
		"errored.tfstate":                              ErroredState,
		".terraform.tfstate.lock.info":                 LockInfo,
		"a/.prod.tfstate.lock.info":                    LockInfo,
		".terraform":                                   WorkingDirectory,
		"a/.Terraform/environment":                     WorkingDirectory,
		".terraform/terraform.tfstate":                 State,
		".terraform/providers/x":                       WorkingDirectory,
		"tfplan":                                       Plan,
		"out/TFPLAN":                                   Plan,
		"prod.tfplan":                                  Plan,
		"crash.log":                                    CrashLog,
		"a/crash.20260107.log":                         CrashLog,
		"prod.tfvars":                                  Variables,
		"x.auto.tfvars":                                Variables,
		"x.tfvars.json":                                Variables,
		"":                                             "",
		"/":                                            "",
		".terraform.lock.hcl":                          "",
		"a/.terraform.lock.hcl":                        "",
		".terraform/.terraform.lock.hcl":               "",
		"prod.tfvars.example":                          "",
		"prod.tfvars.json.example":                     "",
		"internal/tfplan/read.go":                      "",
		"tfplan.go":                                    "",
		"crash.log/readme":                             "",
		"crash.md":                                     "",
		"tfstate":                                      "",
		"tfstate.go":                                   "",
		"docs/terraform.md":                            "",
		".terraform-version":                           "",
		".terraformignore":                             "",
		"db.backup":                                    "",
		"main.tf":                                      "",
		"terraform.tfstate.md":                         "",
	} {
		form, ok := Name(path)
		if form != want || ok != (want != "") {
			t.Errorf("Name(%q) = %q, %v; want %q", path, form, ok, want)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, path := range []string{"", "a/terraform.tfstate", `..\.terraform\x`, "\x00\n\xff.TFVARS", "tfplan/", "ſ.tfﬆate"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		form, ok := Name(path)
		if ok != (form != "") {
			t.Errorf("Name(%q) = %q, %v", path, form, ok)
		}
		// The place in the tree does not matter, as long as it is innocent itself.
		if below, _ := Name("deploy/" + path); below != form {
			t.Errorf("Name(%q) = %q, below a directory %q", path, form, below)
		}
	})
}
