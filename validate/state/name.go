package state

import "strings"

// Form is what a path alone reveals.
type Form string

const (
	State            Form = "state"             // *.tfstate
	StateBackup      Form = "state backup"      // *.tfstate.backup, *.tfstate.<timestamp>.backup
	WorkspaceState   Form = "workspace state"   // terraform.tfstate.d/<workspace>/…
	ErroredState     Form = "errored state"     // errored.tfstate, written when a backend refused the state
	LockInfo         Form = "lock info"         // .terraform.tfstate.lock.info and the like: who runs Terraform where
	WorkingDirectory Form = "working directory" // .terraform/…: provider binaries and, in terraform.tfstate, backend credentials
	Plan             Form = "plan"              // tfplan, *.tfplan
	CrashLog         Form = "crash log"         // crash*.log: a trace of every value Terraform handled
	Variables        Form = "variables"         // *.tfvars, *.auto.tfvars, *.tfvars.json
)

// Name says what a path alone reveals, in any case and at any depth. A directory counts as well as a file, save that
// "tfplan" and "crash*.log" are looked for in the last segment only: a source package may be called tfplan. The
// innermost segment that says something decides. It is false for .terraform.lock.hcl, which belongs in git, wherever
// it lies; for *.tfvars.example; and for everything else.
func Name(path string) (Form, bool) {
	// A backslash separates in archives made on Windows; in git it is an odd character of a name, and harmless here.
	segments := strings.Split(strings.ReplaceAll(strings.ToLower(path), `\`, "/"), "/")
	last := segments[len(segments)-1]
	if last == ".terraform.lock.hcl" {
		return "", false
	}
	if form, ok := fileName(last); ok {
		return form, true
	}
	for i := len(segments) - 1; i >= 0; i-- {
		if form, ok := segmentName(segments[i]); ok {
			return form, true
		}
	}
	return "", false
}

// fileName judges what only the last segment can be.
func fileName(name string) (Form, bool) {
	switch {
	case name == "tfplan":
		return Plan, true
	case strings.HasPrefix(name, "crash") && strings.HasSuffix(name, ".log"):
		return CrashLog, true
	}
	return "", false
}

// segmentName judges a segment of a lower-case path, be it a directory or a file.
func segmentName(name string) (Form, bool) {
	switch {
	case name == ".terraform":
		return WorkingDirectory, true
	case name == "terraform.tfstate.d":
		return WorkspaceState, true
	case name == "errored.tfstate":
		return ErroredState, true
	case strings.HasSuffix(name, ".tfstate"):
		return State, true
	case strings.HasSuffix(name, ".backup") && strings.Contains(name, ".tfstate."):
		return StateBackup, true
	case strings.HasSuffix(name, ".tfstate.lock.info"):
		return LockInfo, true
	case strings.HasSuffix(name, ".tfplan"):
		return Plan, true
	case strings.HasSuffix(name, ".tfvars"), strings.HasSuffix(name, ".tfvars.json"):
		return Variables, true
	}
	return "", false
}
