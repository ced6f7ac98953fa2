package mutate

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// usual Deployment of about 4 KiB, as an API server sends it.
func usual(image string) string {
	managed := `[{"manager":"kubectl","operation":"Update","apiVersion":"apps/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{}},"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:env":{".":{},"k:{\"name\":\"E\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},"f:secretKeyRef":{}}}},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}}]`
	env := ""
	for i := range 20 {
		env += fmt.Sprintf(`{"name":"VARIABLE_%d","value":"some value of usual length"},`, i)
	}
	return `{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"w","namespace":"ns","labels":{"app":"w"},"annotations":{"team":"x"},"managedFields":` + managed +
		`},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"w"}},"template":{"metadata":{"labels":{"app":"w"}},"spec":{"containers":[{"name":"c","image":"` + image +
		`","env":[` + env + `{"name":"E","valueFrom":{"secretKeyRef":{"name":"a","key":"k"}}}],"resources":{"limits":{"cpu":"1","memory":"1Gi"}},` +
		`"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always",` +
		`"terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}},` +
		`"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600},"status":{}}`
}

// Everything that a mutation costs but the live reads, beside one decoding of the whole object.
func BenchmarkHandle(b *testing.B) {
	handler := New(Config{
		NamespaceLabels: func(context.Context, string) (map[string]string, error) { return nil, nil },
		Values:          &reader{},
		Ring:            func(context.Context, string) digest.Keyring { return testRing },
	})
	deployments := metav1.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	one, two := usual("v1"), usual("v2")
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			var deployment appsv1.Deployment
			if err := json.Unmarshal([]byte(one), &deployment); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, old := range map[string]string{"create": "", "unchanged": one, "changed": two} {
		operation := admissionv1.Update
		if old == "" {
			operation = admissionv1.Create
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				handler.Handle(b.Context(), request(operation, deployments, one, old))
			}
		})
	}
}
