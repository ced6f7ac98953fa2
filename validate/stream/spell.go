package stream

import (
	"strconv"
	"unicode"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// plain quotes a name that holds anything but visible characters, so that it plays no
// tricks on a terminal.
func plain(name string) string {
	for _, r := range name {
		if r == unicode.ReplacementChar || !unicode.IsGraphic(r) {
			return strconv.Quote(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}

// brief spells a value on one line, shortened.
func brief(node *parse.Node) string {
	const most = 60
	spelt := string(dump(nil, node, -1))
	if len(spelt) > most {
		return spelt[:most] + "…"
	}
	return spelt
}

// quoted spells a key of a hostile file on one line, shortened.
func quoted(key string) string {
	const most = 60
	if len(key) > most {
		return strconv.Quote(key[:most]) + "…"
	}
	return strconv.Quote(key)
}
