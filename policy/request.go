package policy

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/rego"
)

// AdmissionRequest is what of an admission request decides which rules concern
// it.
type AdmissionRequest struct {
	Group, Version, Resource string // as in the request's `resource`; the core group is ""
	Operation                string // CREATE, UPDATE, DELETE or CONNECT
	Webhook                  string // Rule.Webhook of the entry that sent it; "" for the rules of all entries
	Namespace                string // of the object; parameters may depend on it, the choice of rules does not
}

// admissions remembers which rules concern which requests, so that rules which do
// not concern a request cost it nothing.
type admissions struct {
	rules map[string][]Rule // with an admission block, by group/resource

	mu      sync.RWMutex
	chosen  map[admissionKey]*chosen
	queries map[string]func() (rego.PreparedEvalQuery, error) // by the ids of the rules
}

type admissionKey struct {
	kind    string
	request AdmissionRequest
}

// chosen are the rules for one kind of document of one kind of request.
type chosen struct {
	rules []Rule
	query func() (rego.PreparedEvalQuery, error)
}

// maxChosen and maxKey (bytes) bound what is remembered: versions, operations and
// webhooks come with requests.
const maxChosen, maxKey = 4096, 256

func newAdmissions(rules []Rule) *admissions {
	a := &admissions{
		rules: map[string][]Rule{}, chosen: map[admissionKey]*chosen{}, queries: map[string]func() (rego.PreparedEvalQuery, error){},
	}
	for _, rule := range rules {
		var places []string
		for _, pattern := range rule.Admission.Resources {
			group, _, resource := SplitResource(pattern)
			places = append(places, group+"/"+resource)
		}
		slices.Sort(places)
		for _, place := range slices.Compact(places) {
			a.rules[place] = append(a.rules[place], rule)
		}
	}
	return a
}

// WantsRequest reports whether any enabled rule judges documents of a kind in such
// requests: what no rule wants need not be built.
func (e *Engine) WantsRequest(kind string, request AdmissionRequest) bool {
	return len(e.choose(kind, request).rules) > 0
}

// JudgeRequest is Judge for a document of an admission request: only rules whose
// METADATA has an admission block that concerns the request judge it, whatever
// their When.
func (e *Engine) JudgeRequest(ctx context.Context, doc Document, request AdmissionRequest) ([]Finding, error) {
	c := e.choose(doc.Kind, request)
	if len(c.rules) == 0 {
		return nil, nil
	}
	return e.judge(ctx, doc, request.Namespace, c.rules, c.query)
}

// choose finds the rules once for each kind of request.
func (e *Engine) choose(kind string, request AdmissionRequest) *chosen {
	request.Namespace = ""
	a, key := e.admissions, admissionKey{kind, request}
	a.mu.RLock()
	c, ok := a.chosen[key]
	a.mu.RUnlock()
	if ok {
		return c
	}
	c = &chosen{}
	rules := a.rules[request.Group+"/"+request.Resource]
	if len(rules) == 0 {
		return c
	}
	var ids []string
	for _, rule := range rules {
		if slices.Contains(rule.Kinds, kind) && rule.Admission.Concerns(request) &&
			(request.Webhook == "" || request.Webhook == rule.Webhook()) {
			c.rules, ids = append(c.rules, rule), append(ids, rule.ID)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	joined := strings.Join(ids, " ")
	if a.queries[joined] == nil {
		a.queries[joined] = sync.OnceValues(func() (rego.PreparedEvalQuery, error) { return e.prepare(c.rules) })
	}
	c.query = a.queries[joined]
	if len(a.chosen) >= maxChosen {
		clear(a.chosen)
	}
	if len(request.Version)+len(request.Operation)+len(request.Webhook) <= maxKey {
		a.chosen[key] = c
	}
	return c
}

// PrepareRequests compiles the rules for every kind of request that any rule
// concerns, so that no request waits for it.
func (e *Engine) PrepareRequests(ctx context.Context) error {
	for _, rules := range e.admissions.rules {
		for _, request := range requestsOf(rules) {
			for _, kind := range requestKinds {
				c := e.choose(kind, request)
				if len(c.rules) == 0 {
					continue
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if _, err := c.query(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// requestsOf lists one request of each kind that rules on one resource tell apart.
func requestsOf(rules []Rule) []AdmissionRequest {
	webhooks, places := map[string]bool{"": true}, map[AdmissionRequest]bool{}
	for _, rule := range rules {
		webhooks[rule.Webhook()] = true
		for _, pattern := range rule.Admission.Resources {
			group, version, resource := SplitResource(pattern)
			for _, operation := range rule.Admission.Operations {
				places[AdmissionRequest{Group: group, Version: version, Resource: resource, Operation: operation}] = true
			}
		}
	}
	var requests []AdmissionRequest
	for request := range places {
		for webhook := range webhooks {
			request.Webhook = webhook
			requests = append(requests, request)
		}
	}
	return requests
}
