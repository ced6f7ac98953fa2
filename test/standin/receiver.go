package standin

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"
	"sync"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Receiver is one of notification-controller's, of the type generic-hmac, for one GitRepository.
type Receiver struct {
	Name   types.NamespacedName
	Token  string
	Source types.NamespacedName
	// Suspended ones answer 503.
	Suspended bool
}

// Path is its status.webhookPath.
func (r Receiver) Path() string {
	return fmt.Sprintf("/hook/%x", sha256.Sum256([]byte(r.Token+r.Name.Name+r.Name.Namespace)))
}

// receivers stands in for notification-controller's receiver server: it answers 404 to an unknown path, 503 for a suspended Receiver, 400 to a signature
// that is not right, annotates the GitRepository and answers 200, or 500 when that fails. Answers have no body.
type receivers struct {
	client client.Client

	mu     sync.Mutex
	byPath map[string]Receiver
	asked  []int // statuses of all answers
}

// ServeHTTP looks at the path and the signature alone, as that server does.
func (r *receivers) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	status := r.answer(request)
	r.mu.Lock()
	r.asked = append(r.asked, status)
	r.mu.Unlock()
	w.WriteHeader(status)
}

func (r *receivers) answer(request *http.Request) int {
	r.mu.Lock()
	receiver, found := r.byPath[request.RequestURI]
	r.mu.Unlock()
	if !found {
		return http.StatusNotFound
	}
	if receiver.Suspended {
		return http.StatusServiceUnavailable
	}
	body, err := io.ReadAll(request.Body)
	if err != nil || !signed(request.Header.Get("X-Signature"), body, receiver.Token) {
		return http.StatusBadRequest
	}
	source := &sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: receiver.Source.Namespace, Name: receiver.Source.Name}}
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, fluxmeta.ReconcileRequestAnnotation, metav1.Now().String())
	if err := r.client.Patch(request.Context(), source, client.RawPatch(types.MergePatchType, patch)); err != nil {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// signed reads a signature as go-github does, which that server uses: algorithm=hex.
func signed(signature string, body []byte, token string) bool {
	algorithm, text, _ := strings.Cut(signature, "=")
	sum, err := hex.DecodeString(text)
	algorithms := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}
	if err != nil || algorithms[algorithm] == nil {
		return false
	}
	mac := hmac.New(algorithms[algorithm], []byte(token))
	mac.Write(body)
	return hmac.Equal(sum, mac.Sum(nil))
}

// Receive has a Receiver there, and returns the root of its address.
func (w *World) Receive(r Receiver) (root string) {
	w.receivers.mu.Lock()
	defer w.receivers.mu.Unlock()
	w.receivers.byPath[r.Path()] = r
	return w.address
}

// Poked are the answers of all Receivers so far, by HTTP status.
func (w *World) Poked() []int {
	w.receivers.mu.Lock()
	defer w.receivers.mu.Unlock()
	return append([]int(nil), w.receivers.asked...)
}
