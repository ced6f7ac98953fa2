package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Attempt is something that somebody did to the state, and the answer: "" when it was done.
type Attempt struct {
	What, Answer string
}

// Ticket003 is what came of tampering with the state of a lake.
type Ticket003 struct {
	Story    Story
	Tampered []Attempt // by a person with every right that RBAC can grant
	Rightful []Attempt // by those who may
	// Whole says whether state and plan were as the runner wrote them after the tampering.
	Whole bool
}

func (s *Stage) ticket003(ctx context.Context, namespace string) (_ *Ticket003, err error) {
	t := &Ticket003{Story: Story{Ticket: "TICKET-003", Title: "two states"}}
	l, err := s.newLake(ctx, &t.Story, namespace, s.speed, standin.Config{}, nil)
	if err != nil {
		return nil, err
	}
	defer l.end(&err)
	developer, err := s.as(ctx, "dana", "developers")
	if err != nil {
		return nil, err
	}
	state := &corev1.Secret{}
	stateKey := client.ObjectKey{Namespace: namespace, Name: "tfstate-default-" + terraformName}
	if err := s.Client.Get(ctx, stateKey, state); err != nil {
		return nil, err
	}
	plan := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "tfplan-default-" + terraformName}}
	second := &tofu.Terraform{}
	if err := s.Client.Get(ctx, l.name, second); err != nil {
		return nil, err
	}
	second = &tofu.Terraform{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "laptop"}, Spec: second.Spec}
	second.Spec.BackendConfig = &tofu.BackendConfig{SecretSuffix: terraformName}
	patch := func(object client.Object, text string) error {
		return developer.Patch(ctx, object.DeepCopyObject().(client.Object), client.RawPatch(types.MergePatchType, []byte(text)))
	}
	for _, attempt := range []struct {
		what string
		do   func() error
	}{
		{"writes the state of a laptop into tfstate-default-" + terraformName, func() error { return patch(state, `{"data":{"tfstate":"H4sIAAAAAAAA"}}`) }},
		{"strips the state's labels", func() error { return patch(state, `{"metadata":{"labels":null}}`) }},
		{"deletes the plan", func() error { return developer.Delete(ctx, plan) }},
		{"creates a second Terraform object on the same state", func() error { return developer.Create(ctx, second) }},
		{"deletes the state", func() error { return developer.Delete(ctx, state.DeepCopy()) }},
	} {
		t.Tampered = append(t.Tampered, t.tell("dana "+attempt.what, attempt.do()))
	}
	after := &corev1.Secret{}
	err = s.Client.Get(ctx, stateKey, after)
	t.Whole = err == nil && after.ResourceVersion == state.ResourceVersion && s.Client.Get(ctx, client.ObjectKeyFromObject(plan), plan) == nil
	return t, t.rightful(ctx, l, state)
}

// rightful is everybody who may.
func (t *Ticket003) rightful(ctx context.Context, l *lake, state *corev1.Secret) error {
	s, namespace := l.stage, l.name.Namespace
	d, err := l.push(ctx, "D", standin.Files{terraformDir + "main.tf": []byte("# D\n")})
	if err != nil {
		return err
	}
	_, err = l.await(ctx, 0, "the runner applies", func(r standin.Run) bool { return r.Revision == d && r.Result == standin.Applied })
	t.Rightful = append(t.Rightful, t.tell("the runner plans anew, applies, and writes the state", err))

	oncall, err := s.as(ctx, "olga", BreakGlass)
	if err != nil {
		return err
	}
	err = oncall.Patch(ctx, state.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"annotations":{"restored-by":"olga"}}}`)))
	t.Rightful = append(t.Rightful, t.tell("olga, on call, restores the state with the glass broken", err))

	// The garbage collector: a plan whose owner goes.
	owner := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "owner"}}
	if err := s.Client.Create(ctx, owner); err != nil {
		return err
	}
	owned := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespace, Name: "tfplan-default-old", Labels: map[string]string{"infra.contrib.fluxcd.io/plan-name": "old"},
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID}},
	}}
	if err := s.Client.Create(ctx, owned); err != nil {
		return err
	}
	if err := s.Client.Delete(ctx, owner); err != nil {
		return err
	}
	err = s.gone(ctx, owned)
	t.Rightful = append(t.Rightful, t.tell("the garbage collector removes a plan whose owner is gone", err))

	home := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	if err := s.Client.Delete(ctx, home); err != nil {
		return err
	}
	err = s.gone(ctx, home)
	t.Rightful = append(t.Rightful, t.tell("the namespace is deleted, with the state in it", err))
	return nil
}

// tell what came of an attempt.
func (t *Ticket003) tell(what string, err error) Attempt {
	if err == nil {
		t.Story.say(time.Time{}, "%s: done", what)
		return Attempt{What: what}
	}
	t.Story.say(time.Time{}, "%s: refused", what)
	said := strings.NewReplacer(". Fix: ", ".\nFix: ", ". More: ", ".\nMore: ").Replace(err.Error())
	if _, after, denied := strings.Cut(said, " denied the request: "); denied {
		said = after
	}
	for line := range strings.Lines(said) {
		t.Story.say(time.Time{}, "    %s", strings.TrimSpace(line))
	}
	return Attempt{What: what, Answer: err.Error()}
}

// as is a client of a person who may do everything that RBAC can grant.
func (s *Stage) as(ctx context.Context, user, group string) (client.Client, error) {
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: group},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "Group", Name: group}},
	}
	if err := s.Client.Create(ctx, binding); err != nil && !apierrors.IsAlreadyExists(err) {
		return nil, err
	}
	config, err := s.Cluster.ConfigFor(user, group)
	if err != nil {
		return nil, err
	}
	made, err := client.New(config, client.Options{Scheme: s.Scheme})
	if err != nil {
		return nil, err
	}
	return made, Eventually(ctx, cautious, "rights of "+user, func() error { // of the authorizer, which watches bindings
		return made.List(ctx, &corev1.NodeList{})
	})
}

// gone waits until an object is.
func (s *Stage) gone(ctx context.Context, object client.Object) error {
	return Eventually(ctx, cautious, "it is gone", func() error {
		err := s.Client.Get(ctx, client.ObjectKeyFromObject(object), object)
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("it is there: %w", err)
	})
}
