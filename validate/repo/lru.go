package repo

import (
	"container/list"
	"sync"
)

// object is an object's type and its whole content.
type object struct {
	kind Kind
	data []byte
}

// lru keeps recently used objects up to a budget of bytes. It may be used by several goroutines.
type lru[K comparable] struct {
	mu     sync.Mutex
	budget int
	used   int
	order  *list.List // of *lruItem[K], most recently used first
	items  map[K]*list.Element
}

type lruItem[K comparable] struct {
	key K
	obj object
}

// itemOverhead is about what an entry costs beside its bytes.
const itemOverhead = 200

func newLRU[K comparable](budget int) *lru[K] {
	return &lru[K]{budget: budget, order: list.New(), items: make(map[K]*list.Element)}
}

func (c *lru[K]) get(key K) (object, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.items[key]
	if !ok {
		return object{}, false
	}
	c.order.MoveToFront(el)
	return el.Value.(*lruItem[K]).obj, true
}

// put keeps obj, unless it alone would take more than half of the budget.
func (c *lru[K]) put(key K, obj object) {
	size := len(obj.data) + itemOverhead
	if size > c.budget/2 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.items[key]; ok {
		return
	}
	c.items[key] = c.order.PushFront(&lruItem[K]{key, obj})
	c.used += size
	for c.used > c.budget {
		last := c.order.Back()
		item := last.Value.(*lruItem[K])
		c.order.Remove(last)
		delete(c.items, item.key)
		c.used -= len(item.obj.data) + itemOverhead
	}
}
