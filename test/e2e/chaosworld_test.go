package e2e

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// chaos is the world of the test.
type chaos struct {
	*scenario.Stage
	uses map[string][]string // Deployment -> Secrets

	mu      sync.Mutex
	changes map[string]int      // of Secrets
	seen    map[string][]stamps // of Deployments, each change of the stamp
	lost    error               // why the watch ended
}

// stamps are what a template and its workload said when the stamp changed.
type stamps struct{ stamp, baseline string }

func (c *chaos) populate(t *testing.T) {
	t.Helper()
	must(t, c.Client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: chaosNamespace}}))
	for i := range chaosSecrets {
		must(t, c.Client.Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: chaosNamespace, Name: secretName(i)}, StringData: map[string]string{"value": c.Planted.New()},
		}))
	}
	for i := range chaosDeployments {
		name := fmt.Sprintf("web-%03d", i)
		c.uses[name] = []string{secretName(i % chaosSecrets)}
		if i%5 == 0 {
			c.uses[name] = append(c.uses[name], secretName((i+7)%chaosSecrets))
		}
		must(t, c.Client.Create(t.Context(), chaosDeployment(name, c.uses[name])))
	}
}

func secretName(i int) string { return fmt.Sprintf("secret-%02d", i) }

func chaosDeployment(name string, secrets []string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: chaosNamespace, Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(int32), RevisionHistoryLimit: new(int32), Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:0"}}}},
		},
	}
	for _, secret := range secrets {
		from := corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: secret}}}
		d.Spec.Template.Spec.Containers[0].EnvFrom = append(d.Spec.Template.Spec.Containers[0].EnvFrom, from)
	}
	return d
}

// watch every version of every Deployment.
func (c *chaos) watch(t *testing.T) {
	t.Helper()
	watcher, err := client.NewWithWatch(c.Cluster.Config(), client.Options{Scheme: c.Scheme})
	must(t, err)
	events, err := watcher.Watch(t.Context(), &appsv1.DeploymentList{}, client.InNamespace(chaosNamespace))
	must(t, err)
	t.Cleanup(events.Stop)
	c.seen = map[string][]stamps{}
	go func() {
		for e := range events.ResultChan() {
			d, ok := e.Object.(*appsv1.Deployment)
			c.mu.Lock()
			if !ok {
				c.lost = fmt.Errorf("%s", e.Type)
				c.mu.Unlock()
				continue
			}
			now := stamps{d.Spec.Template.Annotations["lotus-gate.dev/secret-hash"], d.Annotations["lotus-gate.dev/baseline"]}
			if all := c.seen[d.Name]; len(all) == 0 || all[len(all)-1].stamp != now.stamp {
				c.seen[d.Name] = append(all, now)
			}
			c.mu.Unlock()
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if t.Context().Err() == nil {
			c.lost = errors.Join(c.lost, errors.New("the watch ended"))
		}
	}()
}
