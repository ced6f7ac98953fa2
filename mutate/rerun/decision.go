package rerun

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Names of ours on Terraform objects.
const (
	AnnotationRecord = "lotus-gate.dev/refresh"      // Record
	AnnotationInputs = "lotus-gate.dev/inputs"       // under spec.runnerPodTemplate.metadata.annotations
	AnnotationMode   = "lotus-gate.dev/refresh-mode" // on the object, or a label of its namespace

	// AnnotationRequest is Flux's: a new value asks for a run.
	AnnotationRequest = "reconcile.fluxcd.io/requestedAt"
)

// Action is the one thing to do now.
type Action string

// Actions. All but Nothing, Wait and RemovePod may come with a record to write.
const (
	Nothing   Action = "nothing"
	Adopt     Action = "adopt"      // record what is, ask for nothing
	Wait      Action = "wait"       // look again later
	Follow    Action = "follow"     // a run was asked for and is waited for
	Issue     Action = "issue"      // write a token
	Bump      Action = "bump"       // write the runner template's annotation
	RemovePod Action = "remove-pod" // delete the kept runner pod
	PokeIt    Action = "poke"       // write a token on the source, then the record
	Proven    Action = "proven"     // the run that was asked for took place
	Blocked   Action = "blocked"    // nothing of ours would help; somebody must act
)

// Cause is why a run is wanted.
type Cause string

// Causes, the weightiest first.
const (
	CauseRevision Cause = "revision" // the source has a revision that was not attempted
	CauseDigest   Cause = "digest"   // the same revision has other content
	CauseInputs   Cause = "inputs"   // a used value changed
	CauseSource   Cause = "source"   // the source is to look for something newer
)

// Block is why nothing is asked for.
type Block string

// Blocks.
const (
	BlockSource    Block = "source not ready"
	BlockSuspended Block = "suspended"
	BlockPending   Block = "plan waits for approval"
	BlockManual    Block = "manual mode"
	BlockPlanOnly  Block = "plan only"
	BlockRetries   Block = "retries exhausted"
	BlockPod       Block = "runner pod kept"
)

// KindGitRepository is the one kind of source that is poked.
const KindGitRepository = "GitRepository"

// Source is what is known of the source of a Terraform object.
type Source struct {
	Kind, Namespace, Name string
	Revision, Digest      string // of its artifact; "" when it has none
	Requested, Handled    string // requestedAt and status.lastHandledReconcileAt
	Suspended             bool
	Interval              time.Duration
}

// Pod is the runner pod of a Terraform object that keeps it.
type Pod struct {
	UID types.UID
	// Leaving: it is being deleted already.
	Leaving bool
}

// Settings of the refresh.
type Settings struct {
	Grace            time.Duration // from a token's consumption to proof
	MinBackoff       time.Duration // before the second attempt
	MaxBackoff       time.Duration
	PokeSources      bool
	BumpTemplate     bool
	RemoveRunnerPods bool
}

// Input is everything that a decision depends on.
type Input struct {
	Object *tofu.Terraform
	Source *Source // nil when it is not there, or its kind is not
	Inputs Inputs
	Pod    *Pod // nil when none is kept
	Now    time.Time
	// QuietUntil: used values changed a moment ago and may go on changing.
	QuietUntil time.Time
	Settings   Settings
}

// Decision is one step. The zero values of fields mean that there is none.
type Decision struct {
	Action Action
	Cause  Cause
	Record *Record // what the annotation becomes
	Token  string  // of Issue, Bump and PokeIt
	Pod    types.UID
	Block  Block
	// Changed names the used objects whose values changed.
	Changed []string
	// Swallowed: the request before this one was consumed without a run.
	Swallowed bool
	// KeyLost: inputs were adopted anew, for the key of the record is gone.
	KeyLost bool
	// News: this step is worth an event; otherwise it only carries on.
	News bool
	// After which to look again, when nothing happens before; 0 is never.
	After time.Duration
}

// Writes reports whether the decision changes anything in the cluster.
func (d Decision) Writes() bool {
	return d.Record != nil || d.Token != "" || d.Pod != ""
}
