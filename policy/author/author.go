// Package author is what `gate policy` does for those who write rules: it makes new
// ones, tests and checks them, and writes their files as OPA does. Rules are
// compiled by package policy, examples are judged by the code of the gate, and
// mutation examples by that of the webhook.
package author

// DefaultDir is where an author's rules are when nothing else is said; it is that of
// conftest.
const DefaultDir = "policy"

// Names of the files beside a rule, and of mutation examples, which may lie anywhere.
const (
	ExamplesFile  = "examples.yaml"
	MutationsFile = "mutations.yaml"
)
