package standin

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Object is a source, destination or connection as Airbyte's API gives it: with
// sourceId, destinationId or connectionId, a name and, for connections, the ids of both
// ends.
type Object map[string]any

// AirbyteAPI stands in for Airbyte's server: the list, get, create, update and delete
// endpoints of sources, destinations and connections, resets, jobs, and tokens for
// clients. It masks credentials, keeps everything in memory and remembers what it was
// asked.
type AirbyteAPI struct {
	Workspace string
	Token     string // that every request must carry; "" for none

	mu       sync.Mutex
	objects  map[string]map[string]Object // by kind, by id
	jobs     []job
	requests []string
	changes  []string
}

type job struct {
	id                      int
	kind, status, of        string
	createdAt, updatedAtSec int64
}

// NewAirbyteAPI makes one with an empty workspace.
func NewAirbyteAPI(workspace string) *AirbyteAPI {
	return &AirbyteAPI{Workspace: workspace, objects: map[string]map[string]Object{"source": {}, "destination": {}, "connection": {}}}
}

// Put adds or replaces an object of a kind and returns its id, a new one where it has
// none.
func (a *AirbyteAPI) Put(kind string, object Object) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	object = maps.Clone(object)
	id, _ := object[kind+"Id"].(string)
	if id == "" {
		id = newID()
		object[kind+"Id"] = id
		a.changes = append(a.changes, fmt.Sprint("create ", kind, " ", object["name"]))
	}
	object["workspaceId"] = a.Workspace
	a.objects[kind][id] = object
	return id
}

// Get is an object as it is kept, unmasked; false when there is none.
func (a *AirbyteAPI) Get(kind, id string) (Object, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	object, ok := a.objects[kind][id]
	return maps.Clone(object), ok
}

// Remove takes an object away, whoever still refers to it.
func (a *AirbyteAPI) Remove(kind, id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changes = append(a.changes, fmt.Sprint("delete ", kind, " ", a.objects[kind][id]["name"]))
	delete(a.objects[kind], id)
}

// Changes are all that Put made and Remove took away since the last call, in order, as "create source Shopify".
func (a *AirbyteAPI) Changes() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	changes := a.changes
	a.changes = nil
	return changes
}

// Names of all objects of a kind, sorted.
func (a *AirbyteAPI) Names(kind string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var names []string
	for _, object := range a.objects[kind] {
		names = append(names, fmt.Sprint(object["name"]))
	}
	slices.Sort(names)
	return names
}

// AllResets counts the resets of all connections, those that are gone too.
func (a *AirbyteAPI) AllResets() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	count := 0
	for _, j := range a.jobs {
		if j.kind == "reset_connection" {
			count++
		}
	}
	return count
}

// IDs are those of a kind that have a name, sorted.
func (a *AirbyteAPI) IDs(kind, name string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var ids []string
	for id, object := range a.objects[kind] {
		if object["name"] == name {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Resets counts how often a connection was reset.
func (a *AirbyteAPI) Resets(connection string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	count := 0
	for _, j := range a.jobs {
		if j.of == connection && j.kind == "reset_connection" {
			count++
		}
	}
	return count
}

// Requests are all that came since the last call, as "POST /api/v1/sources/list".
func (a *AirbyteAPI) Requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	requests := a.requests
	a.requests = nil
	return requests
}

// newID makes a UUID of version 4.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// ServeHTTP answers below /api/v1/.
func (a *AirbyteAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, r.Method+" "+r.URL.Path)
	endpoint, ok := strings.CutPrefix(r.URL.Path, "/api/v1/")
	var body map[string]any
	if !ok || r.Method != http.MethodPost || json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<20)).Decode(&body) != nil {
		a.answer(w, http.StatusNotFound, Object{"message": "Object not found."})
		return
	}
	if endpoint == "applications/token" {
		a.answer(w, http.StatusOK, Object{"access_token": a.Token})
		return
	}
	if a.Token != "" && r.Header.Get("Authorization") != "Bearer "+a.Token {
		a.answer(w, http.StatusUnauthorized, Object{"message": "Unauthorized"})
		return
	}
	plural, verb, _ := strings.Cut(endpoint, "/")
	kind := strings.TrimSuffix(plural, "s")
	id, _ := body[kind+"Id"].(string)
	_, exists := a.objects[kind][id]
	switch {
	case plural == "jobs" && verb == "list":
		a.answer(w, http.StatusOK, a.listJobs(body))
	case a.objects[kind] == nil:
		a.answer(w, http.StatusNotFound, Object{"message": "Object not found."})
	case verb == "list" && body["workspaceId"] == a.Workspace:
		a.answer(w, http.StatusOK, Object{plural: a.list(kind)})
	case verb == "create":
		a.create(w, kind, body)
	case !exists:
		a.answer(w, http.StatusNotFound, Object{"message": "Could not find " + kind})
	case verb == "get":
		a.answer(w, http.StatusOK, masked(a.objects[kind][id]))
	case verb == "update":
		maps.Copy(a.objects[kind][id], body)
		a.answer(w, http.StatusOK, masked(a.objects[kind][id]))
	case verb == "delete":
		delete(a.objects[kind], id)
		w.WriteHeader(http.StatusNoContent)
	case kind == "connection" && (verb == "reset" || verb == "clear"): // one handler, as in Airbyte
		now := time.Now().Unix()
		a.jobs = append(a.jobs, job{len(a.jobs) + 1, "reset_connection", "succeeded", id, now, now})
		a.answer(w, http.StatusOK, Object{"job": Object{"id": len(a.jobs), "configType": "reset_connection", "status": "succeeded"}})
	default:
		a.answer(w, http.StatusNotFound, Object{"message": "Object not found."})
	}
}

func (a *AirbyteAPI) create(w http.ResponseWriter, kind string, body Object) {
	for _, end := range []string{"source", "destination"} {
		if id, _ := body[end+"Id"].(string); kind == "connection" && a.objects[end][id] == nil {
			a.answer(w, http.StatusNotFound, Object{"message": "Could not find " + end})
			return
		}
	}
	id := newID()
	body[kind+"Id"], body["workspaceId"] = id, a.Workspace
	a.objects[kind][id] = body
	a.answer(w, http.StatusOK, masked(body))
}

func (a *AirbyteAPI) list(kind string) []Object {
	list := []Object{}
	for _, id := range slices.Sorted(maps.Keys(a.objects[kind])) {
		list = append(list, masked(a.objects[kind][id]))
	}
	return list
}

func (a *AirbyteAPI) listJobs(body map[string]any) Object {
	list := []Object{}
	types, _ := body["configTypes"].([]any)
	for _, j := range slices.Backward(a.jobs) { // the newest first
		if j.of == body["configId"] && slices.Contains(types, any(j.kind)) {
			list = append(list, Object{"job": Object{
				"id": j.id, "configType": j.kind, "configId": j.of, "status": j.status, "createdAt": j.createdAt, "updatedAt": j.updatedAtSec,
			}, "attempts": []any{}})
		}
	}
	return Object{"jobs": list, "totalJobCount": len(list)}
}

// masked hides credentials, as Airbyte does in every answer.
func masked(object Object) Object {
	configuration, ok := object["connectionConfiguration"].(map[string]any)
	if !ok {
		return object
	}
	object = maps.Clone(object)
	object["connectionConfiguration"] = hidden(configuration)
	return object
}

func hidden(configuration map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range configuration {
		switch inner, nested := value.(map[string]any); {
		case nested:
			out[name] = hidden(inner)
		case strings.Contains(name, "secret") || strings.Contains(name, "password") || strings.HasSuffix(name, "key") || strings.HasSuffix(name, "access_key_id"):
			out[name] = "**********"
		default:
			out[name] = value
		}
	}
	return out
}

func (a *AirbyteAPI) answer(w http.ResponseWriter, status int, body Object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(cmp.Or(status, http.StatusOK))
	_ = json.NewEncoder(w).Encode(body)
}
