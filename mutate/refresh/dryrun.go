package refresh

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/lotus-lake/lotus-gate/mutate/rerun"
)

// dryRuns remembers in memory what an enabled controller would keep on the objects.
type dryRuns struct {
	mu   sync.Mutex
	seen map[types.NamespacedName]dryRun
}

type dryRun struct {
	record string
	told   string // the last step that was reported
}

func (d *dryRuns) get(name types.NamespacedName) (dryRun, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	run, found := d.seen[name]
	return run, found
}

func (d *dryRuns) put(name types.NamespacedName, run dryRun) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[name] = run
}

func (d *dryRuns) forget(name types.NamespacedName) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.seen, name)
}

// pretend decides and tells, once for each change, and writes nothing. Requests are
// not followed, for none was made.
func (c *Controller) pretend(name types.NamespacedName, l look) time.Duration {
	run, found := c.dry.get(name)
	object := l.Object.DeepCopy()
	if found {
		annotate(object, rerun.AnnotationRecord, run.record)
	}
	l.Object = object
	d := rerun.Plan(l.Input)
	step := string(d.Action) + d.Token + string(d.Block)
	if d.Record != nil {
		r := d.Record.Copied()
		r.Request, r.Poke = nil, nil
		run.record = r.String()
	}
	told := run.told == step
	if d.News || d.Action == rerun.RemovePod {
		run.told = step
	}
	c.dry.put(name, run)
	if (d.News || d.Action == rerun.RemovePod) && !told {
		c.config.Metrics.count(d.Cause, resultDryRun)
		c.tell(l.Object, l.Source, d, "dry-run, would have: ")
	}
	if d.Action == rerun.Wait {
		return d.After
	}
	return 0
}
