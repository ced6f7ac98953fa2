// Package audit compares what git, Terraform's states and Airbyte each believe, and
// says where every Terraform object stands between push and apply. It is pure:
// facts come in, from whoever collected them, and documents of the scope `audit`
// go out, which rules judge.
package audit

import (
	"time"

	"github.com/lotus-lake/lotus-gate/validate/audit/airbyte"
	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
)

// Facts are what was collected. What was not read is nil: rules say nothing of it.
type Facts struct {
	Git        *Git
	States     *States
	Airbyte    *airbyte.Inventory
	Deliveries []Delivery
	Workloads  []Workload
	Backfills  []Backfill
	// Identities are the digests of the access keys that the S3 server knows; nil
	// when its identities were not read.
	Identities map[leaf.Digest]bool
	Key        leaf.Key // of all digests
	Now        time.Time

	Undecided    []string       // what kept the audit from knowing something
	NotInspected []NotInspected // what nobody looks into, for information
}

// NotInspected is something that was left out, and why.
type NotInspected struct{ Path, Reason string }

// Position is a place in a file of the repository.
type Position struct {
	Path         string
	Line, Column int
}

// Git is the Terraform configuration of one revision.
type Git struct {
	Revision string // "" for a working tree
	Modules  []Module
	Commits  []Commit // the last ones, the newest first; none without a history
	// Partial: not everything could be read, so that what is not here may be there.
	Partial bool
}

// Commit is one that was pushed.
type Commit struct {
	Commit, Subject string
	When            time.Time
}

// Module is one directory of Terraform files.
type Module struct {
	Dir    string
	Blocks []Block           // resources, in the order of files and lines
	Calls  map[string]bool   // modules that it calls, by name
	Moved  map[string]string // to by from
}

// Block declares one resource, or as many as count or for_each say.
type Block struct {
	Address  string
	Type     string
	Title    string // its literal name; "" when it has none
	Repeated bool
	At       Position
}

// States are all that were found.
type States struct {
	All []State
	// Partial: some state could not be read, so that what is in none of these may be
	// in that one.
	Partial bool
}

// Name is the namespace and name of a Kubernetes object.
type Name struct{ Namespace, Name string }

func (n Name) String() string { return n.Namespace + "/" + n.Name }

// State is one state, and who keeps it.
type State struct {
	Origin string // "Secret lake/tfstate-default-lake" or "file terraform.tfstate"
	Path   string // of a file, else of the object in the cluster
	File   bool
	// Owner is the Terraform object whose state it is; the zero Name for none.
	Owner Name
	// Given: whoever runs the audit named the file, and no cluster says otherwise.
	Given bool
	// Named: it was named, and not found lying in the checkout.
	Named bool
	// Dir is the module that it is the state of; "" for the root, and when Anywhere.
	Dir      string
	Anywhere bool // nobody says which module
	// Missing: the Terraform object applied something and its Secret is not there.
	Missing bool
	Applied string    // revision that the Terraform object applied, "" for none
	Created time.Time // of the Secret
	*tfstate.State
	// Before is what is known of an earlier time; nil for nothing.
	Before *Lineage
}

// Lineage identifies a state and its version.
type Lineage struct {
	Lineage string
	Serial  int64
}

// Owned reports whether the state is the one that counts.
func (s *State) Owned() bool { return s.Owner.Name != "" || s.Given }

// Secret is when a Secret's or ConfigMap's values last changed, and who uses it.
type Secret struct {
	Kind, Name string
	Changed    time.Time // at the latest; the API keeps no time for values alone
}

// Delivery is a Terraform object on the way from push to apply.
type Delivery struct {
	Name
	Source          Source
	Path            string // spec.path
	Backend         string // secret, custom or disabled
	Suspended       bool
	PlanOnly        bool
	Approve         string // spec.approvePlan
	Attempted       string
	Planned         string
	Applied         string
	PendingPlan     string
	Failures        int64
	Retries         *int64 // nil for no bound
	Stalled         bool
	Ready           string // True, False, Unknown or "" when nothing is said
	Reason          string // of the condition Ready
	Since           time.Time
	Step            string    // where the newest revision of its source stands: a Step, or one of tofu's
	StepSince       time.Time // zero when nobody says
	LastSuccess     time.Time
	IntervalSeconds int64
	Inputs          []Secret // variables
	AccessKeys      []AccessKey
}

// Steps of a delivery beside those of tofu.Standing.
const (
	StepSource    = "source"    // the source serves nothing
	StepSuspended = "suspended" // the Terraform object will not begin
)

// Source is what a Terraform object reads.
type Source struct {
	Kind string
	Name
	Found     bool
	Revision  string // of the artifact, "" for none
	Since     time.Time
	Suspended bool
	Ready     string
	Reason    string
}

// AccessKey is an S3 access key id in use: where it stands, and its digest.
type AccessKey struct {
	Where  string
	Digest leaf.Digest
}

// Workload is a Deployment, StatefulSet or DaemonSet.
type Workload struct {
	Kind string
	Name
	Running    int
	OldestPod  time.Time // zero when no pod runs
	Uses       []Secret
	AccessKeys []AccessKey
	Code       []Code
}

// Code is a program that a workload runs from a ConfigMap.
type Code struct {
	File       string // ConfigMap and key
	Language   string
	Statements []map[string]any // as in documents of kind code
}

// Backfill is a source with flags that are on.
type Backfill struct {
	Source     string
	Path       string
	Flags      []Flag
	Connection string        // address of the one that is reset
	Reset      string        // address of the resource that resets it
	Jobs       []airbyte.Job // of that connection, the newest first; nil when nobody was asked
}

// Flag is one that is on.
type Flag struct {
	Stream string
	At     Position
	Since  time.Time // zero when nobody knows
}
