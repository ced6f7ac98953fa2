package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// lake is the lake of examples/cluster in a namespace of its own, with its git repository, Flux, tofu-controller and Airbyte.
type lake struct {
	*standin.World
	stage  *Stage
	story  *Story
	clock  *standin.Clock
	name   types.NamespacedName // of the Terraform object
	secret string               // the value in force at the start
}

const (
	terraformName = "lotus-lake-airbyte"
	sourceName    = "lotus-lake"
	varsName      = "lotus-lake-terraform-vars"
	varsKey       = "s3_secret_access_key"
	terraformDir  = "orchestration/airbyte/terraform/"
)

// newLake begins on the evening of TICKET-001 with commit A applied.
func (s *Stage) newLake(ctx context.Context, story *Story, namespace string, speed float64, config standin.Config, change func(*unstructured.Unstructured)) (_ *lake, err error) {
	l := &lake{stage: s, story: story, name: types.NamespacedName{Namespace: namespace, Name: terraformName}, secret: s.Planted.New()}
	if err := s.namespace(ctx, namespace); err != nil {
		return nil, err
	}
	l.clock = standin.NewClock(time.Date(2026, 1, 6, 22, 0, 0, 0, time.UTC), speed)
	config.REST, config.Clock, config.Namespaces = s.Cluster.Config(), l.clock, []string{namespace}
	if l.World, err = standin.Start(ctx, config); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Stop())
		}
	}()
	a, err := l.push(ctx, "A", standin.Files{terraformDir + "main.tf": []byte("# A\n")})
	if err != nil {
		return nil, err
	}
	var sourceErr error
	err = s.apply(ctx, "20-lake.yaml", namespace, func(o *unstructured.Unstructured) {
		switch o.GetKind() {
		case "GitRepository":
			_ = unstructured.SetNestedField(o.Object, l.Repository.URL, "spec", "url")
			_ = unstructured.SetNestedField(o.Object, "1m", "spec", "interval")
		case "Secret":
			_ = unstructured.SetNestedField(o.Object, l.secret, "stringData", varsKey)
		case "RoleBinding":
			_ = unstructured.SetNestedSlice(o.Object, []any{map[string]any{"kind": "ServiceAccount", "name": "tf-runner", "namespace": namespace}}, "subjects")
		case tofu.Kind:
			_, sourceErr = l.fetched(ctx, a)                                     // or its first runs would be two
			_ = unstructured.SetNestedField(o.Object, "10m", "spec", "interval") // as it was on that evening
			_ = unstructured.SetNestedField(o.Object, true, "spec", "destroyResourcesOnDeletion")
		}
		if change != nil {
			change(o)
		}
	})
	if err = errors.Join(err, sourceErr); err != nil {
		return nil, err
	}
	_, err = l.await(ctx, 0, "commit A is applied", func(r standin.Run) bool { return r.Result == standin.Applied })
	return l, err
}

// end stops the lake's controllers, and adds what went wrong with them to err.
func (l *lake) end(err *error) { *err = errors.Join(*err, l.Stop()) }

// push commits.
func (l *lake) push(ctx context.Context, message string, files standin.Files) (string, error) {
	return l.Repository.Push(ctx, message, files)
}

// until waits for a time by the clock.
func (l *lake) until(ctx context.Context, at time.Time) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(l.clock.Until(at)):
		return nil
	}
}

// await the first run that is as asked for, after the first n.
func (l *lake) await(ctx context.Context, n int, what string, is func(standin.Run) bool) (standin.Run, error) {
	var found standin.Run
	err := Eventually(ctx, cautious, what, func() error {
		runs := l.Airbyte.Runs(l.name)
		for _, run := range runs[min(n, len(runs)):] {
			if is(run) {
				found = run
				return nil
			}
		}
		return fmt.Errorf("there are only %s", told(runs))
	})
	return found, err
}

// told are runs without their values.
func told(runs []standin.Run) []string {
	var all []string
	for _, r := range runs {
		all = append(all, fmt.Sprintf("%s %s %s %s", r.At.Format("15:04:05"), r.Result, r.Revision, r.Token))
	}
	return all
}

// fetched waits until the source has a revision.
func (l *lake) fetched(ctx context.Context, revision string) (time.Time, error) {
	var at time.Time
	err := Eventually(ctx, cautious, "the source has "+revision, func() error {
		source := &sourcev1.GitRepository{}
		if err := l.stage.Client.Get(ctx, types.NamespacedName{Namespace: l.name.Namespace, Name: sourceName}, source); err != nil {
			return err
		}
		if a := source.Status.Artifact; a == nil || a.Revision != revision {
			return errors.New("it has another one")
		}
		at = source.Status.Artifact.LastUpdateTime.Time
		return nil
	})
	return at, err
}
