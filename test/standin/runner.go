package standin

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// variablePrefix is what Terraform takes for a variable in an environment.
const variablePrefix = "TF_VAR_"

// runners are the pods that run Terraform, and what they write under their own service account.
type runners struct {
	api    *AirbyteAPI // nil for none
	rest   *rest.Config
	scheme *runtime.Scheme
	live   client.Client

	mu          sync.Mutex
	environment map[types.UID]map[string]string // of running pods, as envFrom was when they started
}

// start makes the runner pod, unless one was kept, and returns the environment that it has.
func (r *runners) start(ctx context.Context, object *tofu.Terraform) (map[string]string, error) {
	pod := &corev1.Pod{}
	key := client.ObjectKey{Namespace: object.Namespace, Name: object.RunnerPodName()}
	for {
		err := r.live.Get(ctx, key, pod)
		if apierrors.IsNotFound(err) {
			return r.create(ctx, object)
		}
		if err != nil {
			return nil, err
		}
		if pod.DeletionTimestamp == nil {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.environment[pod.UID], nil
}

func (r *runners) create(ctx context.Context, object *tofu.Terraform) (map[string]string, error) {
	template := &object.Spec.RunnerPodTemplate
	environment := map[string]string{}
	for _, from := range template.Spec.EnvFrom {
		var data map[string]string
		var err error
		switch {
		case from.SecretRef != nil:
			data, err = r.data(ctx, object.Namespace, "Secret", from.SecretRef.Name)
		case from.ConfigMapRef != nil:
			data, err = r.data(ctx, object.Namespace, "ConfigMap", from.ConfigMapRef.Name)
		}
		if err != nil {
			return nil, err
		}
		for key, value := range data {
			environment[from.Prefix+key] = value
		}
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: object.Namespace, Name: object.RunnerPodName(), Labels: template.Metadata.Labels, Annotations: template.Metadata.Annotations,
		},
		Spec: corev1.PodSpec{
			ServiceAccountName: account(object),
			Containers:         []corev1.Container{{Name: "tf-runner", Image: "registry.example.org/tf-runner", Env: template.Spec.Env, EnvFrom: template.Spec.EnvFrom}},
		},
	}
	if err := r.live.Create(ctx, pod); err != nil {
		return nil, fmt.Errorf("start runner: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.environment[pod.UID] = environment
	return environment, nil
}

// stop removes the pod, unless the object keeps it.
func (r *runners) stop(ctx context.Context, object *tofu.Terraform) error {
	if object.KeepsRunnerPod() {
		return nil
	}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: object.Namespace, Name: object.RunnerPodName()}}
	if err := r.live.Delete(ctx, pod, client.GracePeriodSeconds(0)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("stop runner: %w", err)
	}
	return nil
}

// variables are what Terraform sees: varsFrom and env as they are now, envFrom as it was when the pod started. varsFrom wins.
func (r *runners) variables(ctx context.Context, object *tofu.Terraform, environment map[string]string) (map[string]string, error) {
	variables := map[string]string{}
	for name, value := range environment {
		if variable, found := strings.CutPrefix(name, variablePrefix); found {
			variables[variable] = value
		}
	}
	for _, env := range object.Spec.RunnerPodTemplate.Spec.Env {
		variable, found := strings.CutPrefix(env.Name, variablePrefix)
		if !found {
			continue
		}
		value := env.Value
		if from := env.ValueFrom; from != nil && from.SecretKeyRef != nil {
			data, err := r.data(ctx, object.Namespace, "Secret", from.SecretKeyRef.Name)
			if err != nil {
				return nil, err
			}
			value = data[from.SecretKeyRef.Key]
		}
		variables[variable] = value
	}
	for _, from := range object.Spec.VarsFrom {
		data, err := r.data(ctx, object.Namespace, from.Kind, from.Name)
		if apierrors.IsNotFound(err) && from.Optional {
			continue
		}
		if err != nil {
			return nil, err
		}
		keys := from.VarsKeys
		if len(keys) == 0 {
			for key := range data {
				keys = append(keys, key)
			}
		}
		for _, key := range keys {
			key, variable, renamed := strings.Cut(key, ":")
			if !renamed {
				variable = key
			}
			value, found := data[key]
			if !found && !from.Optional {
				return nil, fmt.Errorf("%s %s has no key %s", from.Kind, from.Name, key)
			}
			variables[variable] = value
		}
	}
	return variables, nil
}

func (r *runners) data(ctx context.Context, namespace, kind, name string) (map[string]string, error) {
	key := client.ObjectKey{Namespace: namespace, Name: name}
	if kind == "ConfigMap" {
		object := &corev1.ConfigMap{}
		err := r.live.Get(ctx, key, object)
		return object.Data, err
	}
	object := &corev1.Secret{}
	err := r.live.Get(ctx, key, object)
	data := map[string]string{}
	for key, value := range object.Data {
		data[key] = string(value)
	}
	return data, err
}
