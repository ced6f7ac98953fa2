package policy

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Failure says what the API server does with a request when no verdict can be
// had.
type Failure string

// Ignore lets such a request pass, Fail refuses it.
const (
	Ignore Failure = "ignore"
	Fail   Failure = "fail"
)

// Admission is `custom.admission` of a rule's METADATA: the admission requests
// that the rule concerns. The webhook configurations are made of it.
type Admission struct {
	Resources  []string `json:"resources"`           // "group/version/resource"; group "core", version "*" for any
	Operations []string `json:"operations"`          // CREATE, UPDATE, DELETE, CONNECT
	Condition  string   `json:"condition,omitempty"` // CEL over object, oldObject and request; "" for always
	Selector   string   `json:"selector,omitempty"`  // label selector of the object; "" for all
	Failure    Failure  `json:"failure"`             // ignore when METADATA does not say
}

// Webhook names the entry of the webhook configuration that sends the rule's
// requests, "" when it has no admission block. Rules with the same failure,
// condition and selector share one, shipped rules and an author's apart, so that
// neither can spoil the other's. The name changes only with these: "fail" or
// "ignore", followed by a hash when there is a condition or selector, after
// "author-" when the rule is not shipped. It is a DNS label.
func (r Rule) Webhook() string {
	if r.Admission == nil {
		return ""
	}
	a := *r.Admission
	name := string(cmp.Or(a.Failure, Ignore))
	if !r.Shipped {
		name = AuthorPrefix + name
	}
	if a.Condition == "" && a.Selector == "" {
		return name
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d:%s%s", len(a.Condition), a.Condition, a.Selector))
	return name + "-" + hex.EncodeToString(sum[:4])
}

// AuthorPrefix begins the names of entries for rules that are not shipped.
const AuthorPrefix = "author-"

// Concerns reports whether the rule's resources and operations include those of
// a request. Condition and selector are left to the API server.
func (a Admission) Concerns(r AdmissionRequest) bool {
	return slices.Contains(a.Operations, r.Operation) && slices.ContainsFunc(a.Resources, func(pattern string) bool {
		group, version, resource := SplitResource(pattern)
		return group == r.Group && resource == r.Resource && (version == "*" || version == r.Version)
	})
}

// SplitResource takes a resource of an Admission apart. The core group is "", as
// the API has it.
func SplitResource(pattern string) (group, version, resource string) {
	group, rest, _ := strings.Cut(pattern, "/")
	version, resource, _ = strings.Cut(rest, "/")
	if group == "core" {
		group = ""
	}
	return group, version, resource
}

const maxCondition = 4096 // bytes

var (
	resourcePattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z0-9-]+|[a-z0-9.-]+\.[a-z0-9-]+)/(\*|v[0-9][a-z0-9]*)/[a-z0-9-]+$`)
	})
	operations   = []string{"CREATE", "UPDATE", "DELETE", "CONNECT"}
	requestKinds = []string{"manifest", "stream", "request"}
)

// admissionError is a mistake in `custom.admission`, at one of its keys or, with
// key "", in the block as a whole.
type admissionError struct {
	key string
	err error
}

func (e *admissionError) Error() string {
	return strings.TrimSuffix("custom.admission."+e.key, ".") + ": " + e.err.Error()
}
func (e *admissionError) Unwrap() error { return e.err }

// newAdmission checks the block; raw is nil for a rule without one.
func newAdmission(raw json.RawMessage, scope string, kinds []string) (*Admission, error) {
	fail := func(key, format string, args ...any) (*Admission, error) {
		return nil, &admissionError{key, fmt.Errorf(format, args...)}
	}
	if raw == nil {
		if scope == "request" || slices.Contains(kinds, "request") {
			return fail("", "missing: a rule on requests says which ones it concerns")
		}
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var a Admission
	if err := dec.Decode(&a); err != nil {
		return fail("", "%w", err)
	}
	a.Condition, a.Selector = strings.TrimSpace(a.Condition), strings.TrimSpace(a.Selector)
	a.Failure = cmp.Or(a.Failure, Ignore)
	if len(a.Resources) == 0 {
		return fail("resources", "missing")
	}
	for _, r := range a.Resources {
		if !resourcePattern().MatchString(r) {
			return fail("resources", "%q: want group/version/resource, as in core/v1/secrets or apps/*/deployments", r)
		}
	}
	if len(a.Operations) == 0 {
		return fail("operations", "missing")
	}
	for _, o := range a.Operations {
		if !slices.Contains(operations, o) {
			return fail("operations", "%q: want some of %s", o, strings.Join(operations, ", "))
		}
	}
	if len(a.Condition) > maxCondition {
		return fail("condition", "%d bytes, more than %d", len(a.Condition), maxCondition)
	}
	if !isSelector(a.Selector) {
		return fail("selector", "%q is no label selector", a.Selector)
	}
	if a.Failure != Ignore && a.Failure != Fail {
		return fail("failure", "%q: want %s or %s", a.Failure, Ignore, Fail)
	}
	if !slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(requestKinds, k) }) {
		return fail("", "custom.kinds has none of %s: a request holds no other documents", strings.Join(requestKinds, ", "))
	}
	return &a, nil
}

// admissionLine finds the line, counted from that of the METADATA block, on which
// a key of `admission` stands; that of the block when the key has none of its own.
func admissionLine(text string, first int, key string) int {
	lines := strings.Split(text, "\n")
	at := first
	for i := first - 1; i >= 0 && i < len(lines) && strings.HasPrefix(lines[i], "#"); i++ {
		word, _, found := strings.Cut(strings.TrimSpace(strings.TrimLeft(lines[i], "# ")), ":")
		switch {
		case !found:
		case at == first && word == "admission":
			at = i + 1
		case at != first && word == key:
			return i + 1
		}
	}
	return at
}
