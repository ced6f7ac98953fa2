// Package validate judges admission requests with the rules of package policy:
// request, documents, findings, response.
package validate

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Config is what a Handler works with.
type Config struct {
	Policies func() Policies  // asked once a request
	Live     Live             // nil: what the cluster says is empty
	Metrics  *Metrics         // nil: none
	Now      func() time.Time // of the stages of actions; nil: the clock
}

// Policies are the rules in use: engine and revision of one set.
type Policies struct {
	Set      *policy.Set
	Engine   *policy.Engine
	Revision string
}

// Live looks up what the cluster says of what a request concerns: `live` of its
// `request` document (docs/cluster.md). It is asked only when some rule wants
// that document.
type Live interface {
	Live(ctx context.Context, request *admissionv1.AdmissionRequest) (map[string]any, error)
}

// Handler judges requests. It is safe for concurrent use.
type Handler struct{ config Config }

// New makes a Handler.
func New(config Config) *Handler { return &Handler{config: config} }

// Handle judges a request with the rules of all entries of the webhook
// configuration.
func (h *Handler) Handle(ctx context.Context, request admission.Request) admission.Response {
	return h.judge(ctx, "", request)
}

// Entry judges requests that come through one entry of the webhook configuration
// (policy.Rule.Webhook), with the rules of that entry alone.
func (h *Handler) Entry(name string) admission.Handler {
	return admission.HandlerFunc(func(ctx context.Context, request admission.Request) admission.Response {
		return h.judge(ctx, name, request)
	})
}

func (h *Handler) judge(ctx context.Context, entry string, request admission.Request) admission.Response {
	j := judgement{
		Policies: h.config.Policies(), live: h.config.Live, request: &request.AdmissionRequest, entry: entry,
	}
	findings, err := j.findings(ctx)
	decisions := j.decide(findings, h.now())
	for _, d := range decisions {
		h.config.Metrics.decided(d.Rule, d.action)
	}
	if len(decisions) > 0 || err != nil {
		j.log(log.FromContext(ctx), decisions, err)
	}
	if err != nil && !refused(decisions) {
		return admission.Errored(http.StatusInternalServerError, fmt.Errorf("no verdict: %w", err))
	}
	return respond(decisions, j.Revision)
}

func (h *Handler) now() time.Time {
	if h.config.Now != nil {
		return h.config.Now()
	}
	return time.Now()
}

// log says what was decided; warnings, which users see, only in detail.
func (j judgement) log(logger logr.Logger, decisions []decision, err error) {
	logger = logger.WithName("validate").WithValues(
		"resource", plain(j.request).Concerns("").Resource, "namespace", j.request.Namespace, "name", j.request.Name, "operation", j.request.Operation,
		"user", j.request.UserInfo.Username, "uid", j.request.UID,
	)
	for _, d := range decisions {
		level := 0
		if d.action == policy.Warn {
			level = 1
		}
		logger.V(level).Info("decided", "rule", d.Rule, "action", string(d.action), "message", d.Message, "field", d.place())
	}
	if err != nil {
		logger.Error(err, "not decided")
	}
}
