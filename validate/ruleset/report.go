package ruleset

import (
	"context"
	"strings"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

const longestNote = 1000 // bytes; the API takes 1,024

func (r *Ruleset) accept(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.Loaded, r.status.Problem = true, ""
	r.config.Metrics.loaded(true)
	log.FromContext(ctx).Info("policies loaded")
}

// reject tells of a set that cannot be used: in the log, in metrics, in the
// status and in an event.
func (r *Ruleset) reject(ctx context.Context, problem error) {
	r.mu.Lock()
	r.status.Loaded, r.status.Problem = true, problem.Error()
	serving := r.status.Revision
	r.mu.Unlock()
	r.config.Metrics.loaded(false)
	log.FromContext(ctx).Error(problem, "policies rejected: the last good ones go on serving", "serving", serving)
	if r.config.Recorder == nil {
		return
	}
	for _, object := range r.blamed(problem.Error()) {
		r.config.Recorder.Eventf(object, nil, core.EventTypeWarning, "PolicyRejected", "LoadPolicies", "%s", note(problem))
	}
}

// note is a problem as an event can hold it.
func note(problem error) string {
	text := problem.Error()
	if len(text) > longestNote {
		text = strings.ToValidUTF8(text[:longestNote], "") + " …"
	}
	return text
}

// blamed lists the ConfigMaps that a problem names, or else what stands for this
// process.
func (r *Ruleset) blamed(problem string) []runtime.Object {
	var objects []runtime.Object
	if r.store != nil {
		for _, c := range configMaps(r.store) {
			name := configMapPrefix(c.Namespace) + c.Name
			if strings.Contains(problem, name+"/") || strings.Contains(problem, name+":") {
				objects = append(objects, &core.ConfigMap{
					TypeMeta:   meta.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
					ObjectMeta: meta.ObjectMeta{Namespace: c.Namespace, Name: c.Name, UID: c.UID, ResourceVersion: c.ResourceVersion},
				})
			}
		}
	}
	if len(objects) == 0 && r.config.Regards != nil {
		objects = append(objects, r.config.Regards)
	}
	return objects
}
