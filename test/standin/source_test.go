package standin_test

import (
	"testing"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/standin"
)

// artifact waits for one that is as asked for.
func (s *scene) artifact(what string, is func(*sourcev1.GitRepository) bool) *sourcev1.GitRepository {
	s.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		source := &sourcev1.GitRepository{}
		must(s.t, api.Get(s.t.Context(), s.name, source))
		if source.Status.Artifact != nil && is(source) {
			return source
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: %+v", what, source.Status)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func at(revision string) func(*sourcev1.GitRepository) bool {
	return func(g *sourcev1.GitRepository) bool { return g.Status.Artifact.Revision == revision }
}

func TestSourceIsAskedAtEveryInterval(t *testing.T) {
	t.Parallel()
	s := play(t, standin.Config{}, 2*time.Minute, nil)
	s.artifact("A", at(s.first))
	pushed := s.clock.Now()
	b, err := s.Repository.Push(t.Context(), "B", standin.Files{"README.md": []byte("B")})
	must(t, err)
	source := s.artifact("B", at(b))
	if took := source.Status.Artifact.LastUpdateTime.Sub(pushed); took > 4*time.Minute {
		t.Errorf("it took %s by the clock, with an interval of 2 minutes", took)
	}
	s.await(0, "the new revision wakes the Terraform object", func(r standin.Run) bool { return r.Revision == b && r.Result == standin.Applied })
}

// A source that is asked once in a day, but for requests.
func TestSourceIsAskedOnRequest(t *testing.T) {
	t.Parallel()
	s := play(t, standin.Config{}, 24*time.Hour, nil)
	a := s.artifact("A", at(s.first))
	b, err := s.Repository.Push(t.Context(), "B", standin.Files{"README.md": []byte("B")})
	must(t, err)
	s.ask(s.source, "now")
	source := s.artifact("B", at(b))
	if source.Status.LastHandledReconcileAt != "now" {
		t.Errorf("handled %q", source.Status.LastHandledReconcileAt)
	}
	if source.Status.Artifact.Digest == a.Status.Artifact.Digest {
		t.Error("other content has the same digest")
	}
}

// spec.ignore changes the digest, not the revision, and no Terraform object wakes.
func TestSameRevisionNewDigest(t *testing.T) {
	t.Parallel()
	s := play(t, standin.Config{}, 24*time.Hour, nil)
	s.await(0, "the first run", result(standin.Applied))
	a := s.artifact("A", at(s.first))
	runs := len(s.Airbyte.Runs(s.name))
	must(t, api.Patch(t.Context(), s.source, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"ignore":"README.md"}}`))))
	source := s.artifact("a new digest", func(g *sourcev1.GitRepository) bool { return g.Status.Artifact.Digest != a.Status.Artifact.Digest })
	if source.Status.Artifact.Revision != s.first {
		t.Errorf("revision %s, want %s", source.Status.Artifact.Revision, s.first)
	}
	time.Sleep(s.clock.Real(2 * time.Minute)) // it must not wake: there is nothing to wait for
	if now := s.Airbyte.Runs(s.name); len(now) != runs {
		t.Errorf("it ran: %+v", now)
	}
	s.ask(s.object, "now")
	run := s.await(runs, "asked", result(standin.Applied))
	if run.Digest != source.Status.Artifact.Digest {
		t.Errorf("ran with %s, want %s", run.Digest, source.Status.Artifact.Digest)
	}
}
