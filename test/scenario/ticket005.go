package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Ticket005 is what came of a changed identity of the S3 gateway.
type Ticket005 struct {
	Story Story
	// Rollouts is the number of ReplicaSets after the change, less the one before.
	Rollouts int
	// Ready is the number of ready pods at the end, of two.
	Ready int32
	Cause string // as the annotation says
	Event string // the note of the event
}

const (
	gatewayName   = "seaweedfs-s3"
	gatewaySecret = "seaweedfs-s3-config"
	gatewayKey    = "seaweedfs_s3_config"
)

// seaweedfs creates the gateway and waits until it serves. It has one ReplicaSet then.
func (s *Stage) seaweedfs(ctx context.Context, namespace string) error {
	if err := s.namespace(ctx, namespace); err != nil {
		return err
	}
	err := s.apply(ctx, "10-seaweedfs.yaml", namespace, func(o *unstructured.Unstructured) {
		if o.GetKind() == "Secret" {
			_ = unstructured.SetNestedField(o.Object, identity("airbyte", s.Planted.New()), "stringData", gatewayKey)
		}
	})
	if err != nil {
		return err
	}
	return s.serves(ctx, namespace, 1)
}

func identity(name, key string) string {
	return fmt.Sprintf(`{"identities":[{"name":%q,"credentials":[{"accessKey":%q,"secretKey":%q}],"actions":["Read","Write"]}]}`, name, name, key)
}

// serves waits until both pods of the newest ReplicaSet are ready, and no other pod is left.
func (s *Stage) serves(ctx context.Context, namespace string, revision int) error {
	return Eventually(ctx, cautious, "the gateway serves", func() error {
		d := &appsv1.Deployment{}
		if err := s.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: gatewayName}, d); err != nil {
			return err
		}
		st := d.Status
		if d.Annotations["deployment.kubernetes.io/revision"] != fmt.Sprint(revision) || st.ObservedGeneration != d.Generation ||
			st.UpdatedReplicas != 2 || st.ReadyReplicas != 2 || st.Replicas != 2 {
			return fmt.Errorf("revision %s, status %+v", d.Annotations["deployment.kubernetes.io/revision"], st)
		}
		return nil
	})
}

func (s *Stage) replicaSets(ctx context.Context, namespace string) (int, error) {
	var sets appsv1.ReplicaSetList
	err := s.Client.List(ctx, &sets, client.InNamespace(namespace))
	return len(sets.Items), err
}

// ticket005 changes the Secret of a gateway that serves. Patience, in real time, is how long after the change rollouts are counted.
func (s *Stage) ticket005(ctx context.Context, namespace string, patience time.Duration, expect int) (*Ticket005, error) {
	t := &Ticket005{Story: Story{Ticket: "TICKET-005", Title: "SeaweedFS keeps old credentials"}}
	sets, err := s.replicaSets(ctx, namespace)
	if err != nil {
		return nil, err
	}
	t.Story.say(time.Time{}, "the gateway serves, with 2 pods that read their identities when they started")
	if err := s.setSecret(ctx, namespace, gatewaySecret, gatewayKey, identity("lotus-lake-s3", s.Planted.New())); err != nil {
		return nil, err
	}
	changed := time.Now()
	t.Story.say(time.Time{}, "identity lotus-lake-s3 is added to Secret %s", gatewaySecret)
	if expect > 0 {
		if err := s.serves(ctx, namespace, sets+expect); err != nil {
			return nil, err
		}
		t.Story.say(time.Time{}, "%s later both pods are new, and ready", time.Since(changed).Round(100*time.Millisecond))
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(patience): // a second rollout would come now
	}
	d := &appsv1.Deployment{}
	if err := s.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: gatewayName}, d); err != nil {
		return nil, err
	}
	now, err := s.replicaSets(ctx, namespace)
	if err != nil {
		return nil, err
	}
	t.Rollouts, t.Ready, t.Cause = now-sets, d.Status.ReadyReplicas, d.Annotations["lotus-gate.dev/rollout-cause"]
	t.Story.say(time.Time{}, "rollouts: %d", t.Rollouts)
	if t.Cause != "" {
		t.Story.say(time.Time{}, "the Deployment says why: lotus-gate.dev/rollout-cause: %s", t.Cause)
	}
	if expect == 0 {
		return t, nil
	}
	return t, Eventually(ctx, cautious, "the event", func() error {
		var events eventsv1.EventList
		if err := s.Client.List(ctx, &events, client.InNamespace(namespace)); err != nil {
			return err
		}
		for _, e := range events.Items {
			if e.Reason == "SecretChanged" && strings.HasPrefix(e.Regarding.Name, gatewayName) {
				t.Event = e.Note
				return nil
			}
		}
		return errNotYet
	})
}
