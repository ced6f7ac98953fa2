package rerun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// MaxRecord is the longest record that is written or read, in bytes.
const MaxRecord = 128 << 10

// Record is what the annotation lotus-gate.dev/refresh keeps: the artifact and
// the inputs that the last run is taken to have seen or was asked to see, and
// what is still under way. A restart goes on from it.
type Record struct {
	Revision string `json:"revision,omitempty"` // of the source's artifact
	Digest   string `json:"digest,omitempty"`   // of the source's artifact
	// Generation of the object whose own run takes all of this in; 0 when none does.
	Generation int64             `json:"generation,omitempty"`
	Key        string            `json:"key,omitempty"`    // installation key of Inputs
	Inputs     map[string]string `json:"inputs,omitempty"` // use id -> digest
	Request    *Request          `json:"request,omitempty"`
	Poke       *Poke             `json:"poke,omitempty"`
	Blocked    Block             `json:"blocked,omitempty"`
}

// Request is a run that was asked for and is not proven yet.
type Request struct {
	Token   string `json:"token"`
	Attempt int    `json:"attempt"`
	Cause   Cause  `json:"cause"`
	// User: the token is somebody else's and is followed, not repeated.
	User bool `json:"user,omitempty"`
	// Generation that the runner template's annotation was bumped to; 0 for a token.
	Generation int64  `json:"generation,omitempty"`
	Before     Before `json:"before"`
	// Due is when a token that was consumed without a run is given up; zero until consumed.
	Due time.Time `json:"due,omitzero"`
}

// Before is the status from before the run that is waited for.
type Before struct {
	Success   string `json:"success,omitempty"` // lastSuccessfulReconcileAt, RFC 3339
	Failures  int64  `json:"failures,omitempty"`
	Attempted string `json:"attempted,omitempty"`
	Planned   string `json:"planned,omitempty"` // lastPlanAt, RFC 3339
	Pending   string `json:"pending,omitempty"`
	// Running: another run was under way, and its end has not been seen.
	Running bool `json:"running,omitempty"`
	// Started: a run that began after the request has been seen.
	Started bool `json:"started,omitempty"`
}

// Poke is the last request to the source that this object knows of.
type Poke struct {
	Token string    `json:"token"`
	Due   time.Time `json:"due"` // the next one, not earlier
}

// ParseRecord reads an annotation that anybody may have written.
func ParseRecord(text string) (Record, error) {
	if len(text) > MaxRecord {
		return Record{}, fmt.Errorf("record of %d bytes; at most %d", len(text), MaxRecord)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var record Record
	if err := decoder.Decode(&record); err != nil {
		return Record{}, errors.New("record is not the JSON that was written")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Record{}, errors.New("record is followed by something else")
	}
	for id, sum := range record.Inputs {
		kind, name, _ := strings.Cut(id, "/")
		if kind != digest.Secret && kind != digest.ConfigMap || name == "" || !digest.Valid(sum) {
			return Record{}, errors.New("record with a reference or digest that was never written")
		}
	}
	if len(record.Inputs) > 0 && record.Key == "" {
		return Record{}, errors.New("record with inputs and no key")
	}
	if r := record.Request; r != nil && (r.Token == "" || r.Attempt < 1 || r.Attempt > maxAttempt) {
		return Record{}, errors.New("record with a request that was never made")
	}
	return record, nil
}

// String is the annotation, stable to the byte.
func (r Record) String() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings, numbers and times of our own making only
	}
	return string(text)
}

// Copied shares nothing with r.
func (r Record) Copied() Record {
	r.Inputs = maps.Clone(r.Inputs)
	if r.Request != nil {
		request := *r.Request
		r.Request = &request
	}
	if r.Poke != nil {
		poke := *r.Poke
		r.Poke = &poke
	}
	return r
}

// InstallationKey is the id of the installation key that a Terraform object's
// record was made under, "" when there is none. A key in use must not be dropped.
func InstallationKey(annotations map[string]string) string {
	record, err := ParseRecord(annotations[AnnotationRecord])
	if err != nil {
		return ""
	}
	return record.Key
}
