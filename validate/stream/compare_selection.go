package stream

import (
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// selection returns the names in a list such as [{"field_path": ["id"]}], else nil.
func selection(list *parse.Node) []string {
	var names []string
	for i := range list.Items {
		path := list.Items[i].Get("field_path")
		if path == nil || len(path.Items) != 1 || len(list.Items[i].Members) != 1 || path.Items[0].Kind != parse.String {
			return nil
		}
		names = append(names, path.Items[0].Text)
	}
	return names
}

func (c *comparison) selections(where, is, should []string) {
	count := map[string]int{}
	for _, name := range is {
		count[name]++
	}
	before := len(c.found)
	for _, name := range should {
		if count[name]--; count[name] < 0 {
			c.add(where, "%s missing", plain(name))
		}
	}
	for _, name := range is {
		if count[name] > 0 {
			count[name]--
			c.add(where, "%s should not be there", plain(name))
		}
	}
	if len(c.found) == before && strings.Join(is, "\x00") != strings.Join(should, "\x00") {
		c.add(where, "the fields are in another order")
	}
}
