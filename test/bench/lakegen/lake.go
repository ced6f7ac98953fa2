// Package lakegen makes lake repositories of any size for the benchmarks. The
// same Shape always gives the same files, commits and object ids.
package lakegen

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"path"
	"strings"
)

// Shape sizes a repository. All its files are in the first commit; the others edit them.
type Shape struct {
	Commits  int // in all, at least 1
	Sources  int // Airbyte sources, each with a catalog and a connection
	Streams  int // of each source: a stream file and a discovered schema
	Ordinary int // SQL, Python, JavaScript, YAML and Markdown files
	Edits    int // ordinary files that a commit changes, at most
}

// Layout of the lake, from the root of the repository.
const (
	streamsDir   = "orchestration/dag/streams"
	sourcesDir   = "orchestration/dag/sources"
	terraformDir = "orchestration/airbyte/terraform"
)

// Lake is a repository at one commit: it knows how often each file was edited,
// and the content of a file follows from that.
type Lake struct {
	shape Shape
	rng   *rand.Rand
	edits map[string]int  // by path; streams: by path of the stream file
	read  map[string]pair // by path of the stream file, to render catalogs of
}

// New is the lake of a shape at its first commit.
func New(shape Shape) *Lake {
	return &Lake{shape: shape, rng: rand.New(rand.NewPCG(2026, 11)), edits: map[string]int{}, read: map[string]pair{}}
}

// At is the lake at its last commit.
func At(shape Shape) *Lake {
	l := New(shape)
	for range shape.Commits - 1 {
		l.Step()
	}
	return l
}

// Paths are all files of the lake.
func (l *Lake) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for s := range l.shape.Sources {
			source := sourceName(s)
			for t := range l.shape.Streams {
				if !yield(path.Join(streamsDir, source, streamName(t)+".json")) || !yield(path.Join(sourcesDir, source, streamName(t)+".json")) {
					return
				}
			}
			if !yield(catalogPath(source)) {
				return
			}
		}
		if l.shape.Sources > 0 {
			for _, name := range terraformFiles {
				if !yield(path.Join(terraformDir, name)) {
					return
				}
			}
		}
		for i := range l.shape.Ordinary {
			if !yield(ordinaryPath(i)) {
				return
			}
		}
	}
}

// Step makes the edits of the next commit and returns the paths that they change, each
// once: one commit in eight edits a stream, the others ordinary files of one directory.
func (l *Lake) Step() []string {
	if l.shape.Sources > 0 && l.rng.IntN(8) == 0 {
		return l.EditStream(l.rng.IntN(l.shape.Sources), l.rng.IntN(l.shape.Streams))
	}
	var changed []string
	first := l.rng.IntN(l.shape.Ordinary)
	for n := range 1 + l.rng.IntN(l.shape.Edits) {
		if i := first + n*len(kinds); i < l.shape.Ordinary {
			changed = append(changed, l.EditOrdinary(i)...)
		}
	}
	return changed
}

// EditStream edits one stream, and with it its source's catalog; every second edit brings a
// new discovered schema too.
func (l *Lake) EditStream(source, stream int) []string {
	name := sourceName(source)
	p := path.Join(streamsDir, name, streamName(stream)+".json")
	l.edits[p]++
	changed := []string{p, catalogPath(name)}
	if l.edits[p]%2 == 0 {
		changed = append(changed, path.Join(sourcesDir, name, streamName(stream)+".json"))
	}
	return changed
}

// EditOrdinary edits one ordinary file.
func (l *Lake) EditOrdinary(i int) []string {
	p := ordinaryPath(i)
	l.edits[p]++
	return []string{p}
}

// Content is what a file of the lake holds at this commit.
func (l *Lake) Content(p string) ([]byte, error) {
	dir, name := path.Split(p)
	source := path.Base(dir)
	switch {
	case strings.HasPrefix(p, streamsDir) && name == catalogName:
		return l.catalog(source)
	case strings.HasPrefix(p, streamsDir):
		return streamFile(source, strings.TrimSuffix(name, ".json"), l.edits[p])
	case strings.HasPrefix(p, sourcesDir):
		name = strings.TrimSuffix(name, ".json")
		return schemaFile(source, name, l.edits[path.Join(streamsDir, source, name+".json")])
	case strings.HasPrefix(p, terraformDir):
		return terraformFile(name, l.shape.Sources), nil
	}
	return ordinaryFile(p, l.edits[p]), nil
}

func sourceName(s int) string { return fmt.Sprintf("%s_%02d", vendors[s%len(vendors)], s) }

func streamName(t int) string { return fmt.Sprintf("%s_%02d", tables[t%len(tables)], t) }

var vendors = []string{"shop", "mail", "crm", "ads", "erp", "support", "billing"}

var tables = []string{"orders", "customers", "events", "products", "invoices", "refunds", "campaigns", "tickets"}
