package audit

import (
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// workload is the document of a Deployment, StatefulSet or DaemonSet.
func (f *Facts) workload(w *Workload) policy.Document {
	code := []any{}
	for _, c := range w.Code {
		statements := make([]any, len(c.Statements))
		for i, s := range c.Statements {
			statements[i] = s
		}
		code = append(code, map[string]any{"file": c.File, "language": c.Language, "statements": statements})
	}
	return document(KindWorkload, Position{Path: strings.ToLower(w.Kind) + "s/" + w.String()}, map[string]any{
		"workload": map[string]any{"kind": w.Kind, "namespace": w.Namespace, "name": w.Name.Name}, "running": w.Running, "oldest_pod": moment(w.OldestPod),
		"inputs": inputs(w.Uses, w.OldestPod), "access_keys": f.accessKeys(w.AccessKeys), "code": code,
	})
}
