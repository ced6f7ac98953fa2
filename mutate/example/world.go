package example

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// liveKinds are the kinds of objects that an answer reads.
var liveKinds = map[string]bool{digest.Secret: true, digest.ConfigMap: true, rerun.KindGitRepository: true, "Bucket": true, "OCIRepository": true}

// name of a live object.
type name struct{ kind, namespace, name string }

// world is what is live.
type world struct {
	values  map[name]values
	sources map[name]*rerun.Source
}

type values struct {
	meta metav1.ObjectMeta
	data map[string][]byte
}

func (m Mutation) world() (world, error) {
	w := world{values: map[name]values{}, sources: map[name]*rerun.Source{}}
	for i, object := range m.Live {
		raw, err := json.Marshal(object)
		if err != nil {
			return world{}, fmt.Errorf("live[%d]: %w", i, err)
		}
		if err := w.add(kindOf(object), raw); err != nil {
			return world{}, fmt.Errorf("live[%d]: %w", i, err)
		}
	}
	return w, nil
}

func (w world) add(kind string, raw []byte) error {
	switch kind {
	case digest.Secret:
		var secret corev1.Secret
		if err := json.Unmarshal(raw, &secret); err != nil {
			return errors.New("it is no Secret") // what the decoder says may quote a value
		}
		data := map[string][]byte{}
		for key, value := range secret.Data {
			data[key] = value
		}
		for key, value := range secret.StringData {
			data[key] = []byte(value)
		}
		w.put(kind, secret.ObjectMeta, data)
	case digest.ConfigMap:
		var configMap corev1.ConfigMap
		if err := json.Unmarshal(raw, &configMap); err != nil {
			return errors.New("it is no ConfigMap")
		}
		data := map[string][]byte{}
		for key, value := range configMap.BinaryData {
			data[key] = value
		}
		for key, value := range configMap.Data {
			data[key] = []byte(value)
		}
		w.put(kind, configMap.ObjectMeta, data)
	default:
		return w.addSource(kind, raw)
	}
	return nil
}

func (w world) put(kind string, meta metav1.ObjectMeta, data map[string][]byte) {
	w.values[name{kind, namespaced(meta.Namespace), meta.Name}] = values{meta, data}
}

// addSource takes of a source what counts.
func (w world) addSource(kind string, raw []byte) error {
	var object struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     struct {
			Suspend  bool            `json:"suspend"`
			Interval metav1.Duration `json:"interval"`
		} `json:"spec"`
		Status struct {
			LastHandledReconcileAt string `json:"lastHandledReconcileAt"`
			Artifact               struct {
				Revision string `json:"revision"`
				Digest   string `json:"digest"`
			} `json:"artifact"`
		} `json:"status"`
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return fmt.Errorf("it is no %s", kind)
	}
	s := &rerun.Source{
		Kind: kind, Namespace: namespaced(object.Metadata.Namespace), Name: object.Metadata.Name,
		Revision: object.Status.Artifact.Revision, Digest: object.Status.Artifact.Digest,
		Requested: object.Metadata.Annotations[rerun.AnnotationRequest], Handled: object.Status.LastHandledReconcileAt,
		Suspended: object.Spec.Suspend, Interval: object.Spec.Interval.Duration,
	}
	w.sources[name{kind, s.Namespace, s.Name}] = s
	return nil
}

func namespaced(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}

func (w world) source(_ context.Context, t *tofu.Terraform) (*rerun.Source, error) {
	return w.sources[name{t.Spec.SourceRef.Kind, t.SourceNamespace(), t.Spec.SourceRef.Name}], nil
}

func (w world) generated(_ context.Context, use rerun.Use) (bool, error) {
	object, found := w.values[name{use.Ref.Kind, use.Namespace, use.Ref.Name}]
	return found && tofu.Generated(&object.meta), nil
}

func (w world) digests(ctx context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error) {
	all := map[string]digest.Digests{}
	for _, ref := range refs {
		object, found := w.values[name{ref.Kind, namespace, ref.Name}]
		all[ref.ID()] = ring(ctx, "").Digests(namespace, ref, object.data, found)
	}
	return all, nil
}
