package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
	"github.com/lotus-lake/lotus-gate/validate/kube"
)

// readStates reads the state of every Terraform object, and those of nobody.
func (r *cluster) readStates(ctx context.Context) {
	owners := map[audit.Name]*tofu.Terraform{}
	for i := range r.objects {
		t := &r.objects[i]
		if backend := t.Backend(); backend != tofu.BackendSecret {
			r.facts.States.Partial = true
			r.facts.Undecided = append(r.facts.Undecided, fmt.Sprintf(
				"the state of Terraform %s/%s cannot be audited: its backend is %s (spec.backendConfig), so it is in no Secret; hand it over with --state", t.Namespace, t.Name, backend))
			continue
		}
		name := audit.Name{Namespace: t.Namespace, Name: t.StateSecretName()}
		if owners[name] == nil {
			owners[name] = t
		}
		if len(r.states[name]) == 0 && (r.listed[t.Namespace] || r.listed[""]) {
			r.absent(t, name)
		}
	}
	names := slices.SortedFunc(maps.Keys(r.states), func(a, b audit.Name) int { return strings.Compare(a.String(), b.String()) })
	for _, name := range names {
		state, err := r.state(ctx, name)
		if err != nil {
			r.facts.States.Partial = true
			r.facts.Undecided = append(r.facts.Undecided, fmt.Sprintf("the state in Secret %s cannot be audited: %v", name, err))
			continue
		}
		entry := audit.State{Origin: "Secret " + name.String(), Path: "secrets/" + name.String(), State: state, Anywhere: true, Created: r.created[name]}
		if t := owners[name]; t != nil {
			own(&entry, t)
		}
		r.facts.States.All = append(r.facts.States.All, entry)
	}
}

// absent is the state of a Terraform object whose Secret is not there: lost when it
// has applied something, empty when it never has.
func (r *cluster) absent(t *tofu.Terraform, name audit.Name) {
	entry := audit.State{Origin: "Secret " + name.String(), Path: "secrets/" + name.String(), State: &tfstate.State{}}
	own(&entry, t)
	entry.Missing = t.Status.LastAppliedRevision != ""
	r.facts.States.All = append(r.facts.States.All, entry)
}

func own(entry *audit.State, t *tofu.Terraform) {
	entry.Owner = audit.Name{Namespace: t.Namespace, Name: t.Name}
	entry.Dir, entry.Anywhere = strings.TrimPrefix(path.Clean("/"+t.Spec.Path), "/"), false
	entry.Applied = t.Status.LastAppliedRevision
}

// state reads the parts of one state, one after the other.
func (r *cluster) state(ctx context.Context, name audit.Name) (*tfstate.State, error) {
	if err := tfstate.Gap(r.states[name]); err != nil {
		return nil, err
	}
	parts := &parts{ctx: ctx, client: r.Client, name: name, count: len(r.states[name])}
	state, err := tfstate.ReadPacked(parts, r.facts.Key)
	if parts.err != nil {
		err = parts.err
	}
	return state, err
}

// parts reads the Secrets of a state as one stream, one Secret at a time.
type parts struct {
	ctx     context.Context
	client  *kube.Client
	name    audit.Name
	count   int
	next    int
	current bytes.Reader
	err     error
}

func (p *parts) Read(b []byte) (int, error) {
	for p.current.Len() == 0 {
		if p.next == p.count {
			return 0, io.EOF
		}
		name := p.name.Name
		if p.next > 0 {
			name = fmt.Sprintf("%s-part-%d", name, p.next)
		}
		s, err := kube.Get[secret](p.ctx, p.client, secrets, p.name.Namespace, name)
		if err == nil && s.Data["tfstate"] == nil {
			err = errors.New("Secret " + name + " has no key tfstate")
		}
		if err != nil {
			p.err = err
			return 0, err
		}
		p.current.Reset(s.Data["tfstate"])
		p.next++
	}
	return p.current.Read(b)
}
