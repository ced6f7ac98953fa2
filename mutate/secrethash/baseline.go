package secrethash

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// MaxBaseline is the longest baseline that is written or read, in bytes: half of what all annotations of an object may take.
const MaxBaseline = 128 << 10

// ErrTooManyReferences: the baseline of the workload would be longer than MaxBaseline. Such a workload is left alone.
var ErrTooManyReferences = fmt.Errorf("the workload uses more Secrets and ConfigMaps than a baseline of %d KiB can name", MaxBaseline>>10)

// Baseline is what the running pods are taken to use.
type Baseline struct {
	Key  string            `json:"key"`  // id of the installation key
	Refs map[string]string `json:"refs"` // reference id -> digest
}

// ParseBaseline reads an annotation that anybody may have written.
func ParseBaseline(text string) (Baseline, error) {
	if len(text) > MaxBaseline {
		return Baseline{}, fmt.Errorf("baseline of %d bytes; at most %d", len(text), MaxBaseline)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var baseline Baseline
	if err := decoder.Decode(&baseline); err != nil {
		return Baseline{}, errors.New("baseline is not the JSON that was written")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Baseline{}, errors.New("baseline is followed by something else")
	}
	if baseline.Key == "" || baseline.Refs == nil {
		return Baseline{}, errors.New("baseline without key or references")
	}
	for id, sum := range baseline.Refs {
		kind, name, _ := strings.Cut(id, "/")
		if kind != digest.Secret && kind != digest.ConfigMap || name == "" || !digest.Valid(sum) {
			return Baseline{}, errors.New("baseline with a reference or digest that was never written")
		}
	}
	return baseline, nil
}

// String is the annotation: keys sorted, stable to the byte.
func (b Baseline) String() string {
	if b.Refs == nil {
		b.Refs = map[string]string{}
	}
	text, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings only
	}
	return string(text)
}

func (b Baseline) fits() bool {
	size := len(b.Key) + 32
	for id, sum := range b.Refs {
		size += len(id) + len(sum) + 6 // quotes, colon, comma; names need no escapes
	}
	return size <= MaxBaseline
}
