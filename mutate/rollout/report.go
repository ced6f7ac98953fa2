package rollout

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// Reasons of events.
const (
	eventChanged = "SecretChanged"
	eventHeld    = "RolloutHeld"
	eventMissing = "SecretMissing"
	eventKeyLost = "KeyLost"
)

// maxNamed references in an event, whose note has 1 KiB.
const maxNamed = 10

// report what was decided and written, in events and metrics, and charge it to the limits.
func (c *Controller) report(w workload, d secrethash.Decision, now time.Time) {
	switch {
	case d.KeyLost:
		c.config.Metrics.lost()
		c.tell(w, "", eventKeyLost, "the installation key of its baseline is gone: adopted anew; a change meanwhile may have been missed")
	case d.Action == secrethash.Adopt:
		c.config.Metrics.adopt()
	case d.Action == secrethash.Roll && w.mode == secrethash.DryRun:
		c.config.Metrics.rolled("dry_run")
		c.tell(w, d.Cause[0], eventChanged, fmt.Sprintf("%s changed: would be rolled out (dry-run)", listed(d.Cause)))
	case d.Action == secrethash.Roll:
		c.budget.spend(w.Request)
		for part, id := range w.causes(d) {
			c.breaker.note(part, d.Baseline.Refs[id], now)
		}
		c.config.Metrics.rolled("rolled")
		c.tell(w, d.Cause[0], eventChanged, fmt.Sprintf("%s changed: rolled out", listed(d.Cause)))
	}
	if len(d.Gone) > 0 {
		note := fmt.Sprintf("%s is missing, or lacks a key in use: pods started from now on would fail; not rolled out", listed(d.Gone))
		if len(d.Held) > 0 {
			note += fmt.Sprintf(", nor for %s, which changed, until it is back", listed(d.Held))
		}
		c.tell(w, d.Gone[0], eventMissing, note)
	}
}

// causes of a rollout: part -> reference id.
func (w workload) causes(d secrethash.Decision) map[string]string {
	causes := make(map[string]string, len(d.Cause))
	for _, ref := range w.refs {
		for _, id := range d.Cause {
			if ref.ID() == id {
				causes[w.part(ref)] = id
			}
		}
	}
	return causes
}

// listed names references, the first of many.
func listed(ids []string) string {
	if len(ids) <= maxNamed {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:maxNamed], ", "), len(ids)-maxNamed)
}

// tell an event about the workload and, when id is not "", the object with that id.
func (c *Controller) tell(w workload, id, reason, note string) {
	about := &corev1.ObjectReference{
		APIVersion: w.kind.gvk.GroupVersion().String(), Kind: w.Kind, Namespace: w.Namespace, Name: w.Name, UID: w.object.GetUID(),
	}
	var related runtime.Object
	if kind, name, found := strings.Cut(id, "/"); found {
		related = &corev1.ObjectReference{APIVersion: "v1", Kind: kind, Namespace: w.Namespace, Name: name}
	}
	level := corev1.EventTypeNormal
	if reason != eventChanged {
		level = corev1.EventTypeWarning
	}
	c.config.Events.Eventf(about, related, level, reason, "Rollout", "%s", note)
}
