package collect

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/objects"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// workloads reads what runs in a namespace, and which Secrets it uses.
func (r *cluster) workloads(ctx context.Context, namespace string) error {
	var running []objects.Pod
	err := kube.List(ctx, r.Client, pods, namespace, "", func(p *objects.Pod) error {
		p.ManagedFields, p.Annotations = nil, nil
		running = append(running, *p)
		return nil
	})
	if err != nil {
		r.undecided("workloads are not audited", err)
		return ctx.Err()
	}
	for _, kind := range []struct{ name, plural string }{{"Deployment", "deployments"}, {"StatefulSet", "statefulsets"}, {"DaemonSet", "daemonsets"}} {
		var all []objects.Workload
		err := kube.List(ctx, r.Client, kube.Resource{Group: "apps", Version: "v1", Resource: kind.plural}, namespace, "", func(w *objects.Workload) error {
			w.ManagedFields = nil
			all = append(all, *w)
			return nil
		})
		if err != nil {
			r.undecided(kind.name+"s are not audited", err)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			continue
		}
		for i := range all {
			r.workload(ctx, kind.name, &all[i], running)
		}
	}
	return nil
}

func (r *cluster) workload(ctx context.Context, kind string, w *objects.Workload, running []objects.Pod) {
	facts := w.Facts(kind, running, func(secret string) time.Time { return r.changed[audit.Name{Namespace: w.Namespace, Name: secret}] })
	for _, ref := range digest.PodRefs(&w.Spec.Template.Spec, false) {
		name := audit.Name{Namespace: w.Namespace, Name: ref.Name}
		switch {
		case ref.Kind == digest.Secret && !r.changed[name].IsZero():
			var keys []string
			if !ref.All {
				for _, key := range ref.Keys {
					keys = append(keys, key.Name)
				}
			}
			facts.AccessKeys = append(facts.AccessKeys, r.accessKeys(ctx, name, keys)...)
		case ref.Kind == digest.ConfigMap && w.UsesDuckLake():
			facts.Code = append(facts.Code, r.code(ctx, name)...)
		}
	}
	if w.UsesDuckLake() && len(facts.Code) == 0 {
		r.facts.NotInspected = append(r.facts.NotInspected, audit.NotInspected{
			Path: strings.ToLower(kind) + "s/" + facts.String(), Reason: "its program is in its image: `gate check` judges it in git",
		})
	}
	r.facts.Workloads = append(r.facts.Workloads, facts)
}

// configMap is a ConfigMap with its texts.
type configMap struct {
	Data map[string]string `json:"data"`
}

// code finds DuckDB statements in a ConfigMap.
func (r *cluster) code(ctx context.Context, name audit.Name) []audit.Code {
	m, err := kube.Get[configMap](ctx, r.Client, configMaps, name.Namespace, name.Name)
	if err != nil {
		r.undecided("the program in ConfigMap "+name.String()+" is not audited", err)
		return nil
	}
	var found []audit.Code
	for _, key := range slices.Sorted(maps.Keys(m.Data)) {
		code := parse.ParseCode(key, []byte(m.Data[key]), nil)
		if code == nil || len(code.Statements) == 0 {
			continue
		}
		c := audit.Code{File: "ConfigMap " + name.String() + ": " + key, Language: code.Language}
		for _, s := range code.Statements {
			statement := map[string]any{
				"what": s.What, "name": s.Name, "scope": s.Scope, "at": map[string]any{"path": key, "line": s.Line, "column": s.Column},
			}
			if s.What == "attach_ducklake" {
				statement["data_path"] = s.DataPath
			}
			c.Statements = append(c.Statements, statement)
		}
		found = append(found, c)
	}
	return found
}
