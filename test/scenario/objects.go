package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// apply creates the objects of a file of examples/cluster in another namespace, after a change of each.
func (s *Stage) apply(ctx context.Context, file, namespace string, change func(*unstructured.Unstructured)) error {
	text, err := os.ReadFile(filepath.Join(s.Root, "examples", "cluster", file))
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("apply %s: %w", file, err)
		}
		object.SetNamespace(namespace)
		if change != nil {
			change(object)
		}
		if err := s.Client.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("apply %s: %w", file, err)
		}
	}
}

// namespace makes one and waits until pods can be created in it.
func (s *Stage) namespace(ctx context.Context, name string) error {
	if err := s.Client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
		return err
	}
	account := &corev1.ServiceAccount{}
	return Eventually(ctx, cautious, "a service account in "+name, func() error {
		return s.Client.Get(ctx, client.ObjectKey{Namespace: name, Name: "default"}, account)
	})
}

// change a Secret's value as an administrator does.
func (s *Stage) setSecret(ctx context.Context, namespace, name, key, value string) error {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	before := secret.DeepCopy()
	secret.StringData = map[string]string{key: value}
	return s.Client.Patch(ctx, secret, client.MergeFrom(before))
}
