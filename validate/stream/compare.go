package stream

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// sameContent is the one difference of a catalog whose bytes alone differ. It is stale all
// the same: the next run of the generator changes the file.
const sameContent = "same content, different formatting (indentation, escapes, or a newline at the end)"

// Compare tells how a committed catalog differs from the rendered one, in short sentences,
// at most limit; none means that they are equal to the byte.
func Compare(committed, rendered []byte, limit int) []string {
	if bytes.Equal(committed, rendered) {
		return nil
	}
	c := comparison{limit: limit}
	is, err := parse.JSON(committed, parse.JSONOptions{NonFinite: true})
	if err != nil {
		return []string{"the committed catalog is not JSON: " + err.Error()}
	}
	should, err := parse.JSON(rendered, parse.JSONOptions{NonFinite: true})
	if err != nil {
		return []string{"the rendered catalog cannot be compared: " + err.Error()}
	}
	c.catalogs(is, should)
	if len(c.found) == 0 {
		c.found = []string{sameContent}
	}
	return c.found
}

// comparison collects differences until it has enough.
type comparison struct {
	limit int
	found []string
}

func (c *comparison) full() bool { return len(c.found) >= c.limit }

func (c *comparison) add(where []string, format string, values ...any) {
	if !c.full() {
		c.found = append(c.found, strings.Join(where, ": ")+": "+fmt.Sprintf(format, values...))
	}
}

// catalogs pairs the entries by stream name, and those of one name in order.
func (c *comparison) catalogs(is, should *parse.Node) {
	catalog := []string{"catalog"}
	committed, rendered := is.Get("streams"), should.Get("streams")
	if committed == nil || committed.Kind != parse.Array || rendered == nil {
		c.add(catalog, `"streams" must be a list`)
		return
	}
	c.unordered(catalog, is, should, "streams")
	places := map[string][]int{}
	for i := range committed.Items {
		name := streamName(&committed.Items[i])
		places[name] = append(places[name], i)
	}
	last, ordered := -1, true
	for i := range rendered.Items {
		name := streamName(&rendered.Items[i])
		where := []string{"stream " + name}
		if len(places[name]) == 0 {
			c.add(where, "missing")
			continue
		}
		place := places[name][0]
		places[name] = places[name][1:]
		ordered = ordered && place > last
		last = place
		c.values(where, &committed.Items[place], &rendered.Items[i])
	}
	for i := range committed.Items {
		name := streamName(&committed.Items[i])
		if len(places[name]) > 0 && places[name][0] == i {
			places[name] = places[name][1:]
			c.add([]string{"stream " + name}, "has no stream file any more")
		}
	}
	if !ordered {
		c.add(catalog, "the streams are in another order")
	}
}

// values compares two values and all inside them.
func (c *comparison) values(where []string, is, should *parse.Node) {
	switch {
	case c.full():
	case is.Kind != should.Kind:
		c.add(where, "is %s, should be %s", brief(is), brief(should))
	case is.Kind == parse.Object:
		c.unordered(where, is, should, "")
		c.order(where, is, should)
	case is.Kind == parse.Array && selection(is) != nil && selection(should) != nil:
		c.selections(where, selection(is), selection(should))
	case is.Kind == parse.String && is.Text != should.Text:
		inner, err := parse.JSON([]byte(is.Text), parse.JSONOptions{NonFinite: true})
		wanted, other := parse.JSON([]byte(should.Text), parse.JSONOptions{NonFinite: true})
		if err != nil || other != nil || inner.Kind != parse.Object || wanted.Kind != parse.Object {
			c.add(where, "is %s, should be %s", brief(is), brief(should))
			return
		}
		before := len(c.found)
		if c.values(where, inner, wanted); len(c.found) == before {
			c.add(where, "same content, different formatting")
		}
	case string(dump(nil, is, -1)) != string(dump(nil, should, -1)):
		c.add(where, "is %s, should be %s", brief(is), brief(should))
	}
}

// unordered compares objects key by key, except is leaves one out.
func (c *comparison) unordered(where []string, is, should *parse.Node, except string) {
	wanted := should.Dict()
	for i := range wanted {
		if wanted[i].Key == except {
			continue
		}
		inside := append(where[:len(where):len(where)], plain(wanted[i].Key))
		// "stream" and "config" only group the settings: their names would say nothing.
		if len(where) == 1 && (wanted[i].Key == "stream" || wanted[i].Key == "config") {
			inside = where
		}
		if value := is.Get(wanted[i].Key); value != nil {
			c.values(inside, value, &wanted[i].Value)
		} else {
			c.add(inside, "missing")
		}
	}
	known := keySet(wanted)
	for _, member := range is.Dict() {
		if !known[member.Key] && member.Key != except {
			c.add(append(where[:len(where):len(where)], plain(member.Key)), "should not be there")
		}
	}
}

// order notes that two objects of the same keys have them in another order.
func (c *comparison) order(where []string, is, should *parse.Node) {
	committed, rendered := is.Dict(), should.Dict()
	if len(committed) != len(rendered) {
		return
	}
	known := keySet(rendered)
	ordered := true
	for i := range committed {
		if !known[committed[i].Key] {
			return
		}
		ordered = ordered && committed[i].Key == rendered[i].Key
	}
	if !ordered {
		c.add(where, "the keys are in another order")
	}
}

func keySet(members []parse.Member) map[string]bool {
	keys := make(map[string]bool, len(members))
	for i := range members {
		keys[members[i].Key] = true
	}
	return keys
}

func streamName(entry *parse.Node) string {
	if name := entry.Get("stream").Get("name"); name != nil && name.Kind == parse.String {
		return plain(name.Text)
	}
	return "without a name"
}
