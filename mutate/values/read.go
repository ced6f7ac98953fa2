package values

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// read the object once for all refs: its metadata alone when that may be enough, else the whole.
func (r *Reader) read(ctx context.Context, of name, refs []digest.Ref) ([]digest.Digests, error) {
	ring := r.config.Ring()
	if known, found := r.table.get(of); found && known.size >= r.config.Large {
		if sums, ok := known.answers(refs, ring); ok {
			meta := metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: of.kind}}
			err := r.config.Client.Get(ctx, types.NamespacedName{Namespace: of.namespace, Name: of.name}, &meta)
			switch {
			case apierrors.IsNotFound(err):
				return r.absent(of, refs, ring), nil
			case err != nil:
				return nil, err
			case known.version == (Version{meta.UID, meta.ResourceVersion}):
				r.config.Metrics.count("hit", len(refs))
				return sums, nil
			}
		}
	}
	r.config.Metrics.count("miss", len(refs))
	meta, data, err := r.get(ctx, of)
	if apierrors.IsNotFound(err) {
		return r.absent(of, refs, ring), nil
	}
	if err != nil {
		return nil, err
	}
	now := entry{version: Version{meta.UID, meta.ResourceVersion}, sums: make(map[string]digest.Digests, len(refs))}
	for _, value := range data {
		now.size += len(value)
	}
	sums := make([]digest.Digests, len(refs))
	for i, ref := range refs {
		sums[i] = ring.Digests(of.namespace, ref, data, true)
		if i < maxUses {
			now.sums[useOf(ref)] = sums[i]
		}
	}
	r.table.put(of, now)
	return sums, nil
}

func (r *Reader) absent(of name, refs []digest.Ref, ring digest.Keyring) []digest.Digests {
	r.table.drop(of)
	sums := make([]digest.Digests, len(refs))
	for i, ref := range refs {
		sums[i] = ring.Digests(of.namespace, ref, nil, false)
	}
	return sums
}

// get the whole object. The typed structs make the client speak protobuf.
func (r *Reader) get(ctx context.Context, of name) (metav1.ObjectMeta, map[string][]byte, error) {
	key := types.NamespacedName{Namespace: of.namespace, Name: of.name}
	switch of.kind {
	case digest.Secret:
		var secret corev1.Secret
		err := r.config.Client.Get(ctx, key, &secret)
		return secret.ObjectMeta, secret.Data, err
	case digest.ConfigMap:
		var configMap corev1.ConfigMap
		err := r.config.Client.Get(ctx, key, &configMap)
		data := make(map[string][]byte, len(configMap.Data)+len(configMap.BinaryData))
		for name, value := range configMap.BinaryData {
			data[name] = value
		}
		for name, value := range configMap.Data {
			data[name] = []byte(value)
		}
		return configMap.ObjectMeta, data, err
	}
	return metav1.ObjectMeta{}, nil, fmt.Errorf("a %s has no values", of.kind)
}

// readError keeps the cause for errors.Is and errors.As, and tells of it only what cannot hold a value: API errors and decoders may echo bodies.
type readError struct {
	text  string
	cause error
}

func (e readError) Error() string { return e.text }
func (e readError) Unwrap() error { return e.cause }

func plain(err error) error {
	var status apierrors.APIStatus
	var transport *url.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &status):
		return readError{fmt.Sprintf("the API server answers %d %s", status.Status().Code, status.Status().Reason), err}
	case errors.As(err, &transport):
		return readError{fmt.Sprintf("%s: %v", transport.Op, transport.Err), err}
	}
	return readError{fmt.Sprintf("cannot be read (%T)", err), err}
}
