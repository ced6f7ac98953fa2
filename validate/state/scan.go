package state

import "bytes"

// maxOpen is how many objects and arrays inside one another are followed: as many as encoding/json, and so Terraform,
// reads. Of deeper ones the outermost are given up.
const maxOpen = 10_000

// found JSON: a range of bytes and the keys at its top level.
type jsonObject struct {
	span
	keys   keys
	closed bool // false if the text ended first
}

// frame is an object or array that is still open.
type frame struct {
	start int
	key   []byte // its key in the object around it
	keys  keys
	array bool
}

// scanner reads JSON in the middle of anything else, in one pass and without building values. It minds strings,
// brackets and keys and nothing more, so comments, diff markers, shell quotes or merge conflicts around or inside do
// not stop it. A string ends at its line, as JSON demands: a stray quote upsets one line at most.
type scanner struct {
	data    []byte
	open    []frame
	pending []byte // the key whose value comes next, nil if none
	barren  int    // up to here no string that begins now ends on its line
	emit    func(jsonObject)
}

// run scans data[from:to].
func (s *scanner) run(from, to int) {
	data := s.data[:to]
	for i := from; i < to; {
		switch c := data[i]; c {
		case '"':
			i = s.text(i, to)
		case '{', '[':
			kind := object
			if c == '[' {
				kind = array
			}
			s.value(nil, kind)
			s.push(frame{start: i, key: s.pending, array: c == '['})
			s.pending = nil
			i++
		case '}', ']':
			s.pending = nil
			if n := len(s.open); n > 0 && s.open[n-1].array == (c == ']') {
				s.pop(i+1, true)
			}
			i++
		case ' ', '\t', '\r', '\n':
			i++
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			start := i
			for i++; i < to && numeric(data[i]); i++ {
			}
			s.value(data[start:i], number)
			s.pending = nil
		case '.', 0xe2:
			if bytes.HasPrefix(data[i:], threeDots) || bytes.HasPrefix(data[i:], horizontalEllipsis) {
				s.set(ellipsis)
			}
			s.pending = nil
			i++
		default:
			s.pending = nil
			i++
		}
	}
}

var (
	threeDots          = []byte("...")
	horizontalEllipsis = []byte("…")
)

func numeric(c byte) bool {
	return '0' <= c && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

// text reads a string at i, or only its quote if it does not end on its line, and returns what follows. A string
// before a colon is a key.
func (s *scanner) text(i, to int) (next int) {
	if i < s.barren {
		s.pending = nil
		return i + 1
	}
	end := i + 1
	for ; end < to && s.data[end] != '"' && s.data[end] != '\n'; end++ {
		if s.data[end] == '\\' && end+1 < to && s.data[end+1] != '\n' {
			end++
		}
	}
	if end >= to || s.data[end] == '\n' {
		s.pending, s.barren = nil, end
		return i + 1
	}
	content := s.data[i+1 : end]
	next = end + 1
	for next < to && (s.data[next] == ' ' || s.data[next] == '\t' || s.data[next] == '\r' || s.data[next] == '\n') {
		next++
	}
	if next < to && s.data[next] == ':' {
		s.pending = content
		return next + 1
	}
	s.value(content, text)
	s.pending = nil
	return next
}

func (s *scanner) value(value []byte, k kind) {
	if s.pending != nil {
		s.set(member(s.pending, value, k))
	}
}

func (s *scanner) set(k keys) {
	if n := len(s.open); n > 0 {
		s.open[n-1].keys |= k
	}
}

func (s *scanner) push(f frame) {
	if len(s.open) == maxOpen {
		s.open = s.open[:copy(s.open, s.open[maxOpen/2:])]
	}
	s.open = append(s.open, f)
}

// pop closes the innermost object or array and tells the one around it what it must know.
func (s *scanner) pop(end int, closed bool) {
	n := len(s.open) - 1
	f := s.open[n]
	s.open = s.open[:n]
	s.set(f.keys & ellipsis)
	if f.array {
		return
	}
	if f.keys.has(backendType) && (string(f.key) == "backend" || string(f.key) == "state_store") {
		s.set(backend)
	}
	if f.keys.form() != "" || f.keys.has(manifest) {
		s.emit(jsonObject{span{f.start, end}, f.keys, closed})
	}
}

// end closes what is still open.
func (s *scanner) end(at int) {
	for len(s.open) > 0 {
		s.pop(at, false)
	}
}

// scanObjects emits the objects that have a form or may be Kubernetes manifests, inner ones first.
func scanObjects(data []byte, emit func(jsonObject)) {
	s := scanner{data: data, emit: emit}
	s.run(0, len(data))
	s.end(len(data))
}

// scanQuotedLines is scanObjects for compact objects that stand inside a string of their line, as in "{"version":4}":
// each line with a brace is read from after its first quote.
func scanQuotedLines(data []byte, emit func(jsonObject)) {
	s := scanner{data: data, emit: emit}
	for start := 0; start < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
			end = start + i
		}
		if quote := bytes.IndexByte(data[start:end], '"'); quote >= 0 && bytes.IndexByte(data[start:end], '{') >= 0 {
			s.run(start+quote+1, end)
			if end == len(data) {
				s.end(end)
			}
			s.open, s.pending = s.open[:0], nil
		}
		start = end + 1
	}
}
