package report

import "time"

// Resource is what each truth says of one thing.
type Resource struct {
	Name    string // its address, or what Airbyte calls it
	Git     string // what each says, in a few words; "" for nothing
	State   string
	Airbyte string
	// Place and Line are those of its findings.
	Place string
	Line  int

	Kind                string // source, destination or connection; "" for what is not Airbyte's
	Title               string // what people call it
	ID                  string // of Airbyte
	Source, Destination string // ids of a connection's ends
	Held                [3]Held
}

// Held is whether one of the truths has a thing: git, state and Airbyte, in this
// order.
type Held int

// Nobody asked, it has none, it has one.
const (
	Unread Held = iota
	Absent
	Present
)

// truths are the names of those of Held.
var truths = [3]string{"git", "state", "Airbyte"}

// compared reports whether two truths at least were asked: one alone agrees with
// nobody.
func (r Resource) compared() bool {
	asked := 0
	for _, held := range r.Held {
		if held != Unread {
			asked++
		}
	}
	return asked > 1
}

// Delivery is a Terraform object on the way from push to apply.
type Delivery struct {
	Name    string // namespace/name
	Step    string // where the newest revision stands: source, attempt, suspended, plan, approve, apply or done
	Since   time.Time
	Reason  string // of what it says of itself
	Served  string // commits; "" for none
	Tried   string
	Planned string
	Applied string
	Fetched time.Time // when the source served its commit
	Success time.Time // when Terraform last had nothing left to do
}

// Revision is a commit that was pushed.
type Revision struct {
	Commit, Subject string
	When            time.Time
}
