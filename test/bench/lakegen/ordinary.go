package lakegen

import (
	"fmt"
	"hash/fnv"
	"io"
	"path"
	"strings"
)

// kinds of ordinary files, as often as a lake has them.
var kinds = []struct{ dir, ext string }{
	{"orchestration/dag/processed", "sql"},
	{"services", "py"},
	{"docs", "md"},
	{"deploy", "yaml"},
	{"orchestration/cube/model", "js"},
	{"services", "py"},
	{"orchestration/dag/processed", "sql"},
}

// ordinaryPath spreads the files over directories of 25, and those beyond the fortieth over
// groups of 40.
func ordinaryPath(i int) string {
	kind, dir := kinds[i%len(kinds)], i/25
	file := fmt.Sprintf("%s_%d/part_%05d.%s", words[dir%len(words)], dir, i, kind.ext)
	if group := dir / 40; group > 0 {
		file = fmt.Sprintf("%s_%d/%s", words[group%len(words)], group, file)
	}
	return path.Join(kind.dir, file)
}

// ordinaryFile has 10 to 149 lines of about 80 bytes; every edit rewrites a run of them, a
// third of the file on average, as the commits of a young lake do.
func ordinaryFile(p string, edits int) []byte {
	lines := make([]int, 10+hash(p)%140)
	for edit := 1; edit <= edits; edit++ {
		h := hash(p, edit)
		first := int(h % uint64(len(lines)))
		for n := range int(h>>20)%(2*len(lines)/3) + 1 {
			lines[(first+n)%len(lines)] = edit
		}
	}
	var b strings.Builder
	ext := strings.TrimPrefix(path.Ext(p), ".")
	b.WriteString(heads[ext])
	for n, edit := range lines {
		r := hash(p, n, edit)
		text := make([]string, 8)
		for i := range text {
			text[i] = word(r >> (7 * i))
		}
		fmt.Fprintf(&b, line(ext), n, strings.Join(text, " "), r%1000)
	}
	b.WriteString(tails[ext])
	return []byte(b.String())
}

// heads and tails make every kind of file one that its parser accepts.
var heads = map[string]string{
	"sql":  "select\n",
	"py":   "\"\"\"Steps of one flow.\"\"\"\n",
	"js":   "// Measures of one model.\n",
	"yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: lake\ndata:\n",
	"md":   "# Notes\n\n",
}

var tails = map[string]string{"sql": "    1 as one\nfrom landing.rows\n"}

func line(ext string) string {
	switch ext {
	case "sql":
		return "    column_%d as out_column, -- %s %d\n"
	case "py":
		return "STEP_%d = (\"%s\", %d)\n"
	case "js":
		return "export const step%d = [\"%s\", %d];\n"
	case "yaml":
		return "  setting_%d: \"%s %d\"\n"
	}
	return "%d. The %s takes %d rows.\n"
}

func hash(parts ...any) uint64 {
	h := fnv.New64a()
	for _, part := range parts {
		if s, ok := part.(string); ok {
			_, _ = io.WriteString(h, s) // a hash does not fail
			continue
		}
		fmt.Fprint(h, "|", part)
	}
	x := h.Sum64() // FNV spreads its last bytes badly
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>29
}

func word(r uint64) string { return words[r%uint64(len(words))] }

var words = strings.Fields(`amount order customer invoice refund discount currency country city street phone email
	status channel source target event metric profile campaign segment budget click session visit page product
	variant price tax shipping carrier parcel weight height stock shelf warehouse supplier brand category label
	token key secret rotation schedule window batch chunk offset cursor schema table column index partition
	bucket prefix retention replica cluster region zone queue worker retry timeout limit alert owner`)
