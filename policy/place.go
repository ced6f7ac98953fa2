package policy

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// maxPlaced bounds the sets of parameters that an engine keeps: how many there can
// be depends on the configuration, which ones are asked for on documents.
const maxPlaced = 256

// placedStore is the data of an engine. Rules read it through a transaction, and
// in one that is begun at a place they find the parameters of that place: so the
// queries that are prepared are the same everywhere.
type placedStore struct{ storage.Store }

// placed is a transaction at a place that has parameters of its own.
type placed struct {
	storage.Transaction
	store storage.Store
}

// Read implements storage.Store.
func (s placedStore) Read(ctx context.Context, txn storage.Transaction, path storage.Path) (any, error) {
	if p, ok := txn.(placed); ok {
		return p.store.Read(ctx, p.Transaction, path)
	}
	return s.Store.Read(ctx, txn, path)
}

// Abort implements storage.Store.
func (s placedStore) Abort(ctx context.Context, txn storage.Transaction) {
	if p, ok := txn.(placed); ok {
		p.store.Abort(ctx, p.Transaction)
		return
	}
	s.Store.Abort(ctx, txn)
}

// begin begins a transaction in which rules find their parameters at a place.
func (e *Engine) begin(ctx context.Context, rules []Rule, place string) (storage.Transaction, error) {
	store, err := e.storeAt(rules, place)
	if err != nil || store == nil {
		return nil, err
	}
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	return placed{txn, store}, nil
}

// storeAt is the data at a place, nil where it is that of every other.
func (e *Engine) storeAt(rules []Rule, place string) (storage.Store, error) {
	own, key := map[string]map[string]any{}, strings.Builder{}
	for _, rule := range rules {
		if len(e.places[rule.ID]) == 0 {
			continue
		}
		if i := e.placeOf(rule.ID, place); i >= 0 && len(e.places[rule.ID][i].Parameters) > 0 {
			own[rule.ID] = e.places[rule.ID][i].Parameters
			fmt.Fprintf(&key, "%s[%d] ", rule.ID, i)
		}
	}
	if len(own) == 0 {
		return nil, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if store := e.stores[key.String()]; store != nil {
		return store, nil
	}
	data := maps.Clone(e.data)
	parameters := maps.Clone(e.parameters)
	for id, values := range own {
		merged := maps.Clone(e.parameters[id].(map[string]any)) //nolint:forcetypeassert // NewEngine makes them
		maps.Copy(merged, values)
		parameters[id] = merged
	}
	data["parameters"] = parameters
	if len(e.stores) >= maxPlaced {
		clear(e.stores)
	}
	e.stores[key.String()] = inmem.NewFromObject(data)
	return e.stores[key.String()], nil
}
