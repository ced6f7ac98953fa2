package rerun

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Use is what a Terraform object takes from one Secret or ConfigMap.
type Use struct {
	Namespace string
	Ref       digest.Ref
	// Fixed: the value is taken when the runner pod starts, not at each run.
	Fixed bool
}

// ID names a use inside its Terraform object: "Secret/a", or "Secret/other/a"
// when it is in another namespace than the object.
func (u Use) ID(t *tofu.Terraform) string {
	if u.Namespace == t.Namespace {
		return u.Ref.ID()
	}
	return u.Ref.Kind + "/" + u.Namespace + "/" + u.Ref.Name
}

// Uses lists everything that a run of t reads from Secrets and ConfigMaps, one
// entry an object, sorted by namespace and reference: varsFrom, backendConfigsFrom,
// readInputsFromSecrets, fileMappings, cliConfigSecretRef and the runner pod's
// env, envFrom, volumes and init containers. What a runner writes itself is not
// told apart here, beyond the names of state and plans: see tofu.Generated.
func Uses(t *tofu.Terraform) []Use {
	var own []digest.Ref
	for _, v := range t.Spec.VarsFrom {
		keys := make([]string, len(v.VarsKeys))
		for i, pattern := range v.VarsKeys {
			keys[i], _, _ = strings.Cut(pattern, ":") // key:variable
		}
		own = append(own, keyed(v.Kind, v.Name, keys, v.Optional))
	}
	for _, b := range t.Spec.BackendConfigsFrom {
		own = append(own, keyed(b.Kind, b.Name, b.Keys, b.Optional))
	}
	for _, r := range t.Spec.ReadInputsFromSecrets {
		own = append(own, digest.Ref{Kind: digest.Secret, Name: r.Name, All: true})
	}
	for _, f := range t.Spec.FileMappings {
		own = append(own, keyed(digest.Secret, f.SecretRef.Name, []string{f.SecretRef.Key}, false))
	}
	var uses []Use
	if c := t.Spec.CliConfigSecretRef; c != nil {
		ref := digest.Ref{Kind: digest.Secret, Name: c.Name, All: true}
		if c.Namespace == "" || c.Namespace == t.Namespace {
			own = append(own, ref)
		} else {
			uses = append(uses, Use{Namespace: c.Namespace, Ref: ref})
		}
	}
	pod := t.Spec.RunnerPodTemplate.Spec
	atStart := digest.PodRefs(&corev1.PodSpec{
		InitContainers: pod.InitContainers, Volumes: pod.Volumes,
		Containers: []corev1.Container{{EnvFrom: pod.EnvFrom}},
	}, false)
	eachRun := digest.PodRefs(&corev1.PodSpec{Containers: []corev1.Container{{Env: pod.Env}}}, false)
	own = append(append(own, atStart...), eachRun...)

	fixed := map[string]bool{}
	for _, ref := range atStart {
		fixed[ref.ID()] = true
	}
	for _, ref := range digest.Merge(own) {
		uses = append(uses, Use{Namespace: t.Namespace, Ref: ref, Fixed: fixed[ref.ID()]})
	}
	slices.SortFunc(uses, func(a, b Use) int {
		if c := strings.Compare(a.Namespace, b.Namespace); c != 0 {
			return c
		}
		return strings.Compare(a.Ref.ID(), b.Ref.ID())
	})
	return uses
}

// keyed is a use of the named keys, of all when none is named. tofu-controller
// does not mind an absent key, only an absent object that is not optional.
func keyed(kind, name string, keys []string, optional bool) digest.Ref {
	ref := digest.Ref{Kind: kind, Name: name, Optional: optional, All: len(keys) == 0}
	for _, key := range keys {
		ref.Keys = append(ref.Keys, digest.Key{Name: key, Optional: true})
	}
	return ref
}
