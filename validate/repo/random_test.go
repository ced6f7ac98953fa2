package repo

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// oddNames are path components that reading git carelessly gets wrong; some sort differently as file and as directory.
var oddNames = []string{
	"a", "a.b", "a-b", "a0", "b", "B", "ab", " lead", "trail ", "new\nline", "tab\t", `quo"te`, `back\slash`, "-dash", ":colon",
	"\xff\xfe", "ünïcode", "x\x01y", "terraform.tfstate", "*", "#hash", "~", "c'", "..a", "...", "@{",
}

// blobs are few, so that the same content turns up under many names and in several branches.
var blobs = []string{"", "x", "one\n", "two\n", strings.Repeat("long line of text\n", 300), strings.Repeat("long line of text\n", 301) + "end", "\x00\x01\x02"}

type fileState struct {
	mode string
	blob int    // in blobs
	link string // of a submodule: the commit
}

// randomHistory is a fast-import stream for a random repository, and what was decided while writing it.
type randomHistory struct {
	stream  bytes.Buffer
	rng     *rand.Rand
	skewed  bool
	marks   int
	commits []int // marks
	states  map[int]map[string]fileState
}

func newRandomHistory(rng *rand.Rand) *randomHistory {
	h := &randomHistory{rng: rng, skewed: rng.IntN(2) == 0, states: make(map[int]map[string]fileState)}
	for _, blob := range blobs {
		h.marks++
		fmt.Fprintf(&h.stream, "blob\nmark :%d\ndata %d\n%s\n", h.marks, len(blob), blob)
	}
	for n := 2 + rng.IntN(14); n > 0; n-- {
		h.commit()
	}
	for i := range 1 + rng.IntN(4) {
		fmt.Fprintf(&h.stream, "reset refs/heads/side/%d\nfrom :%d\n\n", i, h.pick())
	}
	for i := range rng.IntN(3) {
		target := h.pick()
		if rng.IntN(4) == 0 {
			target = 1 + rng.IntN(len(blobs)) // a tag on a blob
		}
		fmt.Fprintf(&h.stream, "tag tag%d\nfrom :%d\ntagger T <t@example.com> %d +0000\ndata 3\ntag\n", i, target, 1700000000+i)
	}
	h.stream.WriteString("done\n")
	return h
}

func (h *randomHistory) pick() int { return h.commits[h.rng.IntN(len(h.commits))] }

func (h *randomHistory) commit() {
	var parents []int
	if len(h.commits) > 0 && h.rng.IntN(12) != 0 {
		parents = []int{h.commits[len(h.commits)-1-h.rng.IntN(min(3, len(h.commits)))]}
		for h.rng.IntN(3) == 0 && len(parents) < 4 {
			if p := h.pick(); !slices.Contains(parents, p) {
				parents = append(parents, p)
			}
		}
	}
	state := make(map[string]fileState)
	for i, parent := range parents { // a merge has what its parents have, in one way or another
		for _, path := range slices.Sorted(maps.Keys(h.states[parent])) {
			if i == 0 || h.rng.IntN(2) == 0 {
				put(state, path, h.states[parent][path])
			}
		}
	}
	for n := h.rng.IntN(6); n > 0; n-- {
		h.mutate(state)
	}
	h.marks++
	date := 1700000000 + 60*h.marks
	if h.skewed {
		date += h.rng.IntN(7200) - 3600
	}
	fmt.Fprintf(&h.stream, "commit refs/heads/main\nmark :%d\nauthor A <a@example.com> %d +0200\ncommitter C <c@example.com> %d -0100\n", h.marks, date-10, date)
	fmt.Fprintf(&h.stream, "data <<EOM\ncommit %d\n\nbody\nEOM\n", h.marks)
	for i, parent := range parents {
		fmt.Fprintf(&h.stream, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], parent)
	}
	if len(parents) == 0 && len(h.commits) > 0 { // another root: fast-import would go on from the branch
		s := h.stream.String()
		h.stream.Reset()
		cut := strings.LastIndex(s, "commit refs/heads/main\n")
		h.stream.WriteString(s[:cut] + "reset refs/heads/main\n\n" + s[cut:])
	}
	h.stream.WriteString("deleteall\n")
	for _, path := range slices.Sorted(maps.Keys(state)) {
		f := state[path]
		target := f.link
		if target == "" {
			target = fmt.Sprintf(":%d", 1+f.blob)
		}
		fmt.Fprintf(&h.stream, "M %s %s %s\n", f.mode, target, quotePath(path))
	}
	h.stream.WriteString("\n")
	h.commits = append(h.commits, h.marks)
	h.states[h.marks] = state
}

// mutate adds, changes, removes, renames or copies a file, or changes what it is.
func (h *randomHistory) mutate(state map[string]fileState) {
	paths := slices.Sorted(maps.Keys(state))
	if len(paths) == 0 || h.rng.IntN(3) == 0 {
		put(state, h.path(), h.file())
		return
	}
	path := paths[h.rng.IntN(len(paths))]
	f := state[path]
	switch h.rng.IntN(5) {
	case 0:
		delete(state, path)
	case 1:
		delete(state, path)
		put(state, h.path(), f)
	case 2:
		put(state, h.path(), f)
	case 3:
		state[path] = h.file()
	case 4:
		if f.link == "" {
			f.mode = []string{"100644", "100755", "120000"}[h.rng.IntN(3)]
			state[path] = f
		}
	}
}

func (h *randomHistory) path() string {
	var parts []string
	for range 1 + h.rng.IntN(4) {
		parts = append(parts, oddNames[h.rng.IntN(len(oddNames))])
	}
	return strings.Join(parts, "/")
}

func (h *randomHistory) file() fileState {
	switch h.rng.IntN(10) {
	case 0:
		return fileState{mode: "160000", link: fmt.Sprintf("%040x", 1+h.rng.IntN(3))}
	case 1:
		return fileState{mode: "120000", blob: 1 + h.rng.IntN(len(blobs)-1)}
	case 2:
		return fileState{mode: "100755", blob: h.rng.IntN(len(blobs))}
	default:
		return fileState{mode: "100644", blob: h.rng.IntN(len(blobs))}
	}
}

// put sets a file and removes what cannot exist beside it.
func put(state map[string]fileState, path string, f fileState) {
	for at := parentDir(path); at != ""; at = parentDir(at) {
		delete(state, at)
	}
	for other := range state {
		if strings.HasPrefix(other, path+"/") {
			delete(state, other)
		}
	}
	state[path] = f
}

// quotePath writes a path as fast-import wants those that hold any byte.
func quotePath(path string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(path) {
		fmt.Fprintf(&b, `\%03o`, c)
	}
	return b.String() + `"`
}
