package state

import "bytes"

// layer inspects bytes that are a file, or came out of one: as what their first bytes say and, if that reveals nothing,
// as text.
func (in *inspector) layer(data []byte, at place) {
	if in.full() || !Quick(data) || !in.afford(data, at) {
		return
	}
	before, notes := len(in.found), len(in.notes)
	if done := in.open(sniff(data), data, at); done || len(in.found) > before {
		return
	}
	noted := len(in.notes)
	if noted > notes {
		// What stopped the container stops its raw bytes in other words: say it once.
		defer func() { in.notes = in.notes[:noted] }()
	}
	if enc, ok := sniffWide(data); ok {
		in.layer(decodeWide(data, enc), at.under(enc, at.line))
		return
	}
	in.text(data, at)
	if intact := sniff(data) != plain && noted == notes; len(in.found) == before && !intact {
		in.behind(data, at)
	}
}

// afford says whether the limits allow to look at a layer, and notes if not.
func (in *inspector) afford(data []byte, at place) bool {
	if at.depth > in.lim.Depth {
		in.note(at, "more than %d layers deep", in.lim.Depth)
		return false
	}
	if in.work -= int64(len(data)); in.work < 0 {
		in.note(at, "too much encoded inside one another")
		return false
	}
	return true
}

// open inspects what a container holds. It is done if no byte was left out.
func (in *inspector) open(f format, data []byte, at place) (done bool) {
	switch f {
	case plain:
	case gzipStream:
		in.gzip(data, at)
	case bzip2Stream:
		in.bzip2(data, at)
	case zipArchive:
		in.zip(data, at)
	case tarArchive:
		return in.tar(data, at)
	default:
		in.note(at, "%s cannot be opened", f)
	}
	return false
}

// behind opens archives that begin after other bytes: a self-extracting script, a Debian package, a core dump.
func (in *inspector) behind(data []byte, at place) {
	before := len(in.found)
	position := newLines(data, at)
	for from := 1; from < len(data) && !in.full(); {
		i := bytes.Index(data[from:], gzipMagic)
		if i < 0 {
			break
		}
		if in.members++; in.members > in.lim.MaxMembers {
			in.note(at, "more than %d embedded streams", in.lim.MaxMembers)
			break
		}
		start := from + i
		from = start + in.embeddedGzip(data[start:], at.unpacked("embedded", position.of(start)))
	}
	if start := bytes.Index(data, zipLocal); len(in.found) == before && start > 0 {
		in.zip(data, at.unpacked("embedded", position.of(start)))
	}
}

// text inspects bytes as text: Kubernetes manifests, JSON objects at any place, base64, and last the text as it would
// be without one level of string escapes.
func (in *inspector) text(data []byte, at place) {
	before := len(in.found)
	covered := in.manifestsIn(data, at)
	covered = append(covered, in.objectsIn(data, covered, at)...)
	position := newLines(data, at)
	eachBase64(data, func(start int, decoded []byte) bool {
		if inside(covered, start) {
			return false
		}
		n := len(in.found)
		in.layer(decoded, at.unpacked("base64", position.of(start)))
		if len(in.found) > n {
			covered = append(covered, span{start, start + 1})
		}
		return in.full()
	})
	if len(in.found) > before {
		return
	}
	if unescaped, ok := unescape(data); ok && !in.full() {
		if inner := at.under("escaped", at.line); in.afford(unescaped, inner) {
			in.text(unescaped, inner)
		}
	}
}

// span is a range of bytes that was recognised as a whole.
type span struct{ start, end int }

func inside(spans []span, offset int) bool {
	for _, s := range spans {
		if s.start <= offset && offset < s.end {
			return true
		}
	}
	return false
}
