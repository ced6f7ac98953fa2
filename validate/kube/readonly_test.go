package kube

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

// TestReadOnly: no request but GET leaves the process, whoever makes it.
func TestReadOnly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was sent", r.Method) }))
	defer server.Close()
	c, err := New(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		err := c.rest.Verb(verb).AbsPath("/api/v1/namespaces/x/secrets").Do(t.Context()).Error()
		if err == nil || !strings.Contains(err.Error(), "this client only reads") {
			t.Errorf("%s: %v", verb, err)
		}
	}
}
