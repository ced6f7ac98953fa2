// Package mutate answers the API server's mutating admission requests with the smallest patch. It never refuses: what fails is allowed without a patch, and the
// controllers make up for it.
package mutate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/patch"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// Reader of live digests; *values.Reader is one.
type Reader interface {
	// Read digests of all refs by their id.
	Read(ctx context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error)
}

// Terraform says how annotations of a Terraform object are to be.
type Terraform interface {
	// Admit a creation or update. The changes are made also when there is an error.
	Admit(ctx context.Context, request admission.Request) ([]patch.Change, error)
}

// Config of a Handler. NamespaceLabels, Values and Ring are required.
type Config struct {
	// Mode of workloads and namespaces that do not say; "" is enabled.
	Mode secrethash.Mode
	// PullSecrets: image pull Secrets count.
	PullSecrets bool
	// NamespaceLabels from a cache; those of a namespace that is not there are none.
	NamespaceLabels func(ctx context.Context, namespace string) (map[string]string, error)
	Values          Reader
	// Ring that holds the key of that id if any replica has it; *keystore.Store's With is one.
	Ring func(ctx context.Context, id string) digest.Keyring
	// Terraform objects are left alone when it is nil.
	Terraform Terraform
	// Controllers: names of users who write our annotations. Their requests are left alone, should they come, and so are updates by the field manager of our controllers
	// (secrethash.FieldManager), for a webhook outside the cluster may have no user of its own.
	Controllers []string
	// Timeout of everything that is read for one request; 0 is 2 s.
	Timeout time.Duration
	Metrics *Metrics // may be nil
}

// Handler is an admission.Handler. Use New.
type Handler struct{ config Config }

// New Handler.
func New(config Config) *Handler {
	if config.Mode == "" {
		config.Mode = secrethash.Enabled
	}
	if config.Timeout == 0 {
		config.Timeout = 2 * time.Second
	}
	return &Handler{config}
}

// answer is what a mutator has to say.
type answer struct {
	changes  []patch.Change
	warnings []string
	audit    map[string]string
}

// Handle one request. The answer to a dry-run is the same, for nothing but the answer ever changes.
func (h *Handler) Handle(ctx context.Context, request admission.Request) (response admission.Response) {
	mutator, resource := h.mutator(&request)
	if mutator == nil {
		return admission.Allowed("")
	}
	defer func() {
		if cause := recover(); cause != nil {
			response = h.failed(ctx, resource, admission.Allowed(""), fmt.Errorf("panic of type %T at %s", cause, place()))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, h.config.Timeout)
	defer cancel()
	answer, err := mutator(ctx, request)
	operations, patchErr := patch.Operations(request.Object.Raw, answer.changes)
	response = admission.Allowed("")
	response.Patches = operations
	response.Warnings = answer.warnings
	if len(operations) > 0 {
		response.AuditAnnotations = answer.audit
	}
	if err = errors.Join(err, patchErr); err != nil {
		return h.failed(ctx, resource, response, err)
	}
	if len(operations) > 0 {
		h.config.Metrics.count(resource, "patched")
	} else {
		h.config.Metrics.count(resource, "unchanged")
	}
	return response
}

// mutator for the request and the name of its resource in metrics; nil when it does not concern us.
func (h *Handler) mutator(request *admission.Request) (func(context.Context, admission.Request) (answer, error), string) {
	created, updated := request.Operation == admissionv1.Create, request.Operation == admissionv1.Update
	if !created && !updated || request.SubResource != "" || len(request.Object.Raw) == 0 || updated && len(request.OldObject.Raw) == 0 ||
		slices.Contains(h.config.Controllers, request.UserInfo.Username) || updated && fieldManager(request) == secrethash.FieldManager {
		return nil, ""
	}
	resource := request.Resource
	switch {
	case secrethash.Concerns(resource.Group, resource.Version, resource.Resource):
		return h.workload, resource.Resource
	case resource.Group == "infra.contrib.fluxcd.io" && resource.Resource == "terraforms" && h.config.Terraform != nil:
		return h.terraform, resource.Resource
	}
	return nil, ""
}

func (h *Handler) terraform(ctx context.Context, request admission.Request) (answer, error) {
	changes, err := h.config.Terraform.Admit(ctx, request)
	return answer{changes: changes}, err
}

// failed response: allowed, told to the operator, and to nobody else.
func (h *Handler) failed(ctx context.Context, resource string, response admission.Response, err error) admission.Response {
	h.config.Metrics.count(resource, "failed")
	log.FromContext(ctx).Error(err, "mutation left undone", "resource", resource)
	if response.AuditAnnotations == nil {
		response.AuditAnnotations = map[string]string{}
	}
	response.AuditAnnotations["mutation-error"] = err.Error()
	return response
}

// fieldManager that the client named; "" when it did not.
func fieldManager(request *admission.Request) string {
	var options struct {
		FieldManager string `json:"fieldManager"`
	}
	if json.Unmarshal(request.Options.Raw, &options) != nil {
		return ""
	}
	return options.FieldManager
}

// place of a panic, without the arguments that a stack trace may show.
func place() string {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") || !more {
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
	}
}
