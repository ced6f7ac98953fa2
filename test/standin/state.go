package standin

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/lotus-lake/lotus-gate/tofu"
)

func account(object *tofu.Terraform) string {
	if object.Spec.ServiceAccountName != "" {
		return object.Spec.ServiceAccountName
	}
	return tofu.DefaultServiceAccount
}

// as is a client with the rights of the runner's service account.
func (r *runners) as(object *tofu.Terraform) (client.Client, error) {
	config := rest.CopyConfig(r.rest)
	config.Impersonate = rest.ImpersonationConfig{
		UserName: "system:serviceaccount:" + object.Namespace + ":" + account(object),
		Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:" + object.Namespace, "system:authenticated"},
	}
	return client.New(config, client.Options{Scheme: r.scheme})
}

// apply changes Airbyte and gives the state after it.
func (r *runners) apply(ctx context.Context, object *tofu.Terraform, files Files, variables map[string]string) (any, error) {
	before := stateFile{Version: 4, TerraformVersion: "1.9.8", Lineage: newID()}
	secret := &corev1.Secret{}
	err := r.live.Get(ctx, client.ObjectKey{Namespace: object.Namespace, Name: object.StateSecretName()}, secret)
	if err == nil {
		err = before.unpack(secret.Data["tfstate"])
	}
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	after, err := Apply(r.api, files, object.Spec.Path, variables, before.managed())
	if err != nil {
		return nil, err
	}
	before.Serial++
	before.Resources = resourcesOf(after)
	return before, nil
}

// keepState writes the state Secret as the kubernetes backend does, and the outputs.
func (r *runners) keepState(ctx context.Context, object *tofu.Terraform, content any, variables map[string]string) error {
	runner, err := r.as(object)
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	suffix := object.StateSecretName()[len("tfstate-"+object.WorkspaceName()+"-"):]
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: object.Namespace, Name: object.StateSecretName()}}
	_, err = controllerutil.CreateOrUpdate(ctx, runner, secret, func() error {
		metav1.SetMetaDataLabel(&secret.ObjectMeta, "tfstate", "true")
		metav1.SetMetaDataLabel(&secret.ObjectMeta, "tfstateSecretSuffix", suffix)
		metav1.SetMetaDataLabel(&secret.ObjectMeta, "tfstateWorkspace", object.WorkspaceName())
		metav1.SetMetaDataAnnotation(&secret.ObjectMeta, "encoding", "gzip")
		packed, err := pack(content)
		secret.Data = map[string][]byte{"tfstate": packed}
		return err
	})
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	outputs := object.Spec.WriteOutputsToSecret
	if outputs == nil {
		return nil
	}
	secret = &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: object.Namespace, Name: outputs.Name}}
	_, err = controllerutil.CreateOrUpdate(ctx, runner, secret, func() error {
		secret.Data = map[string][]byte{}
		for name, value := range variables {
			if len(outputs.Outputs) == 0 || slices.Contains(outputs.Outputs, name) {
				secret.Data[name] = []byte(value)
			}
		}
		return controllerutil.SetControllerReference(object, secret, r.scheme)
	})
	if err != nil {
		return fmt.Errorf("write outputs: %w", err)
	}
	return nil
}

// state of version 4 with one resource, which holds the variables in clear text, as states do.
func state(object *tofu.Terraform, variables map[string]string) any {
	return map[string]any{
		"version": 4, "terraform_version": "1.9.8", "serial": 1, "lineage": string(object.UID),
		"resources": []any{map[string]any{
			"mode": "managed", "type": "airbyte_destination", "name": "lake",
			"instances": []any{map[string]any{"attributes": maps.Clone(variables)}},
		}},
	}
}

// keepPlan writes the plan Secret.
func (r *runners) keepPlan(ctx context.Context, object *tofu.Terraform, id string) error {
	runner, err := r.as(object)
	if err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	packed, err := pack(id)
	if err != nil {
		return err
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: object.Namespace, Name: object.PlanSecretName(),
			Labels:      map[string]string{tofu.Group + "/plan-name": object.Name, tofu.Group + "/plan-workspace": object.WorkspaceName()},
			Annotations: map[string]string{"encoding": "gzip", "savedPlan": id},
		},
		Data: map[string][]byte{"tfplan": packed},
	}
	if err := runner.Delete(ctx, secret.DeepCopy()); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("remove the plan before: %w", err)
	}
	if err := runner.Create(ctx, secret); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	return nil
}

func pack(content any) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	if err := json.NewEncoder(zip).Encode(content); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return out.Bytes(), nil
}
