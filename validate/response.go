package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/policy"
)

// decision is a finding and what becomes of it.
type decision struct {
	policy.Finding
	action policy.Action
}

// breakGlass is the action for a refusal that a member of a break-glass group
// overrules.
const breakGlass policy.Action = "break-glass"

// decide says what becomes of findings in the namespace.
func (j judgement) decide(findings []policy.Finding, now time.Time) []decision {
	var decisions []decision
	for _, f := range findings {
		f, ok := j.Engine.Enforce(f, j.request.Namespace, now)
		if !ok {
			continue
		}
		action := f.Becomes()
		switch {
		case action == policy.Deny && f.Existing:
			action = policy.Warn
		case action == policy.Deny && f.BreakGlass != "":
			action = breakGlass
		}
		decisions = append(decisions, decision{f, action})
	}
	return decisions
}

func refused(decisions []decision) bool {
	for _, d := range decisions {
		if d.action == policy.Deny {
			return true
		}
	}
	return false
}

// respond says what was decided: refusals as the message, warnings, and everything
// in audit annotations.
func respond(decisions []decision, revision string) admission.Response {
	response := admission.Allowed("")
	if len(decisions) == 0 {
		return response
	}
	var denials, warnings []decision
	for _, d := range decisions {
		switch d.action {
		case policy.Deny:
			denials = append(denials, d)
		case policy.Warn, breakGlass:
			warnings = append(warnings, d)
		}
	}
	if len(denials) > 0 {
		response.Allowed = false
		response.Result = &metav1.Status{Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden, Message: refusal(denials)}
	}
	response.Warnings = warningsOf(warnings)
	response.AuditAnnotations = annotations(decisions, revision)
	return response
}

// annotations are for the API server's audit log, which puts the webhook's name
// before each key.
func annotations(decisions []decision, revision string) map[string]string {
	said := map[string][]string{}
	all := map[string]string{"policy-revision": cut(revision, maxAnnotation)}
	for _, d := range decisions {
		key := annotationKey(d.Rule)
		said[key] = append(said[key], string(d.action)+": "+d.located()+d.upcoming())
		if d.action == breakGlass {
			all["break-glass"] = cut(d.BreakGlass, maxAnnotation)
		}
	}
	for key, lines := range said {
		all[key] = cut(strings.Join(lines, "; "), maxAnnotation)
	}
	return all
}

var validKey = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)

// annotationKey is the rule's id as the name of an annotation may be: of 63 letters,
// digits, `_`, `.` and `-`.
func annotationKey(rule string) string {
	key := strings.ReplaceAll(rule, "/", ".")
	if validKey.MatchString(key) {
		return key
	}
	sum := sha256.Sum256([]byte(rule))
	readable := regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(key, "-")
	return "rule." + strings.Trim(readable[:min(len(readable), 40)], "-") + "." + hex.EncodeToString(sum[:4])
}
