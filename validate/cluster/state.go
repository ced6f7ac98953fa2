package cluster

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
)

const (
	maxState     = 32 << 20 // bytes unpacked
	maxAddresses = 20       // that are told
	maxAddress   = 200      // bytes of one
)

// state says what the state of a Terraform object holds: how many resources, and
// the addresses of the first. nil when its state is not in a Secret or cannot be
// read, which is no error: deleting the object is only commented on.
func (f *Facts) state(ctx context.Context, t *tofu.Terraform) any {
	if placeOf(t).backend != "secret" {
		return nil
	}
	name := t.StateSecretName()
	var secret corev1.Secret
	err := f.config.Live.Get(ctx, client.ObjectKey{Namespace: t.Namespace, Name: name}, &secret)
	switch {
	case apierrors.IsNotFound(err):
		return map[string]any{"secret": name, "found": false, "resources": 0, "addresses": []any{}}
	case err != nil:
		return nil
	}
	count, addresses, err := resources(secret.Data["tfstate"])
	if err != nil {
		return nil
	}
	return map[string]any{"secret": name, "found": true, "resources": count, "addresses": addresses}
}

// stateFile is the part of a state (version 4) that says what it holds.
type stateFile struct {
	Version   int `json:"version"`
	Resources []struct {
		Module    string `json:"module"`
		Mode      string `json:"mode"`
		Type      string `json:"type"`
		Name      string `json:"name"`
		Instances []struct {
			IndexKey any `json:"index_key"`
		} `json:"instances"`
	} `json:"resources"`
}

// resources counts the managed resources in a state as the Kubernetes backend keeps
// it, gzipped JSON, and names the first.
func resources(packed []byte) (count int, addresses []any, err error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return 0, nil, errors.New("the state is not gzip")
	}
	text, err := io.ReadAll(io.LimitReader(unpacked, maxState+1))
	if err != nil || len(text) > maxState {
		return 0, nil, errors.New("the state cannot be unpacked")
	}
	var state stateFile
	if err := json.Unmarshal(text, &state); err != nil || state.Version != 4 {
		return 0, nil, errors.New("the state is not of version 4")
	}
	addresses = []any{}
	for _, r := range state.Resources {
		if r.Mode != "managed" {
			continue
		}
		address := r.Type + "." + r.Name
		if r.Module != "" {
			address = r.Module + "." + address
		}
		for _, instance := range r.Instances {
			if count++; len(addresses) < maxAddresses {
				addresses = append(addresses, clip(address+index(instance.IndexKey)))
			}
		}
	}
	return count, addresses, nil
}

// index writes the key of an instance as Terraform does.
func index(key any) string {
	switch k := key.(type) {
	case string:
		return fmt.Sprintf("[%q]", k)
	case float64:
		return fmt.Sprintf("[%v]", k)
	}
	return ""
}

func clip(address string) string {
	if len(address) > maxAddress {
		return strings.ToValidUTF8(address[:maxAddress], "") + "…"
	}
	return address
}
