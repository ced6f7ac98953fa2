package example

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/patch"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Key is the id of the one installation key of examples, 32 zero bytes: what is in a
// real cluster's annotations is another digest of the same values.
const Key = "example"

func ring(context.Context, string) digest.Keyring {
	return digest.Keyring{Current: Key, Keys: map[string][]byte{Key: make([]byte, digest.KeyLength)}}
}

// Answer is what the webhook answers: the patch, and warnings to the user. An error
// means that the mutation is left undone, or done in part.
func (m Mutation) Answer(ctx context.Context) ([]Operation, []string, error) {
	group, resource, err := m.concerns()
	if err != nil {
		return nil, nil, err
	}
	object, err := json.Marshal(m.Object)
	if err != nil {
		return nil, nil, fmt.Errorf("object: %w", err)
	}
	var old []byte
	if m.OldObject != nil {
		if old, err = json.Marshal(m.OldObject); err != nil {
			return nil, nil, fmt.Errorf("old_object: %w", err)
		}
	}
	namespace := namespaceOf(m.Object)
	world, err := m.world()
	if err != nil {
		return nil, nil, err
	}
	labels := func(context.Context, string) (map[string]string, error) { return m.NamespaceLabels, nil }
	mode := cmp.Or(secrethash.Mode(m.Mode), secrethash.Enabled)
	var changes []patch.Change
	var warnings []string
	if group == tofu.Group {
		changes, err = rerun.Answer(ctx, rerun.Review{Namespace: namespace, Object: object, OldObject: old, Mode: mode, Settings: rerun.Settings{BumpTemplate: true}}, rerun.Live{
			NamespaceLabels: labels, Source: world.source,
			Inputs: rerun.Reader{Ring: ring, Generated: world.generated, Read: world.digests}.Inputs,
		})
	} else {
		var outcome secrethash.Outcome
		outcome, warnings, err = secrethash.Answer(ctx, secrethash.Review{
			Resource: resource, Namespace: namespace, Object: object, OldObject: old, Mode: mode, PullSecrets: m.PullSecrets,
		}, secrethash.Source{NamespaceLabels: labels, Ring: ring, Read: world.digests})
		changes = outcome.Changes
	}
	if err != nil {
		return nil, warnings, err
	}
	operations, err := patch.Operations(object, changes)
	if err != nil {
		return nil, warnings, err
	}
	answer := []Operation{}
	for _, o := range operations {
		answer = append(answer, Operation{o.Operation, o.Path, o.Value})
	}
	return answer, warnings, nil
}

// concerns names the group and resource of the object, which the webhook must amend.
func (m Mutation) concerns() (group, resource string, err error) {
	apiVersion, _ := m.Object["apiVersion"].(string)
	kind := kindOf(m.Object)
	group, version, _ := strings.Cut(apiVersion, "/")
	resource = strings.ToLower(kind) + "s"
	if secrethash.Concerns(group, version, resource) || group == tofu.Group && kind == tofu.Kind {
		return group, resource, nil
	}
	return "", "", fmt.Errorf("the webhook amends no %s of %s: want a Deployment, StatefulSet, DaemonSet, CronJob or Terraform", cmp.Or(kind, "object without a kind"), cmp.Or(apiVersion, "no apiVersion"))
}

func kindOf(object map[string]any) string {
	kind, _ := object["kind"].(string)
	return kind
}

func namespaceOf(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	return cmp.Or(namespace, "default")
}
