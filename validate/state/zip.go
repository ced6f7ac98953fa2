package state

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"strings"
)

var zipDirectoryEntry = []byte("PK\x01\x02")

// zip opens an archive by its directory or, if that is missing or damaged, by the header before each member.
func (in *inspector) zip(data []byte, at place) {
	// The directory is parsed whole: count its entries first.
	if bytes.Count(data, zipDirectoryEntry) > in.lim.MaxMembers {
		in.note(at, "zip: more than %d members", in.lim.MaxMembers)
	} else if r, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
		in.zipDirectory(r, len(data), at)
		return
	} else if sniff(data) == zipArchive {
		in.note(at, "zip: damaged: %v", err)
	}
	in.zipHeaders(data, at)
}

func (in *inspector) zipDirectory(r *zip.Reader, size int, at place) {
	names := make([]string, len(r.File))
	for i, f := range r.File {
		names[i] = f.Name
	}
	if isPlan(names) {
		in.find(FormPlan, at, at.line, "")
		return
	}
	for _, f := range r.File {
		inner, ok := in.member("zip", f.Name, at)
		if !ok {
			return
		}
		if f.Flags&1 != 0 {
			in.note(inner, "encrypted")
			in.named(f.Name, inner)
			continue
		}
		content, err := f.Open()
		if err != nil {
			in.note(inner, "damaged: %v", err)
			in.named(f.Name, inner)
			continue
		}
		in.stream(content, int(min(f.CompressedSize64, uint64(size))), inner)
		content.Close()
	}
}

// zipHeaders walks the local headers (APPNOTE 4.3.7), for archives whose directory is lost.
func (in *inspector) zipHeaders(data []byte, at place) {
	const header = 30
	var names []string
	before := len(in.found)
	for from := 0; ; {
		i := bytes.Index(data[from:], zipLocal)
		if i < 0 || len(data)-from-i < header {
			break
		}
		h := data[from+i:]
		if !zipHeaderLikely(h) {
			from += i + 1
			continue
		}
		flags, method := binary.LittleEndian.Uint16(h[6:]), binary.LittleEndian.Uint16(h[8:])
		packed := int(binary.LittleEndian.Uint32(h[18:]))
		body := header + int(binary.LittleEndian.Uint16(h[26:])) + int(binary.LittleEndian.Uint16(h[28:]))
		if body > len(h) {
			break
		}
		name := string(h[header : header+int(binary.LittleEndian.Uint16(h[26:]))])
		names = append(names, name)
		inner, ok := in.member("zip", name, at)
		if !ok {
			return
		}
		from += i + body + in.zipMember(h[body:], name, flags, method, packed, inner)
	}
	if isPlan(names) {
		in.found = append(in.found[:before:before], Material{Form: FormPlan, Via: at.via, Line: at.line})
	}
}

// zipHeaderLikely keeps chance away: four bytes of "PK" also stand in programs that read archives.
func zipHeaderLikely(h []byte) bool {
	nameSize := int(binary.LittleEndian.Uint16(h[26:]))
	return h[4] <= 63 && h[8] <= 99 && h[9] == 0 && nameSize > 0 && 30+nameSize <= len(h) && bytes.IndexByte(h[30:30+nameSize], 0) < 0
}

// zipMember inspects the body of a member and returns how many bytes it took.
func (in *inspector) zipMember(body []byte, name string, flags, method uint16, packed int, at place) (used int) {
	const encrypted, sizeFollows = 1, 8
	if flags&sizeFollows == 0 && packed < len(body) {
		body = body[:packed]
	}
	switch {
	case flags&encrypted != 0:
		in.note(at, "encrypted")
		in.named(name, at)
		return 0
	case method == zip.Store:
		if next := bytes.Index(body, zipLocal); flags&sizeFollows != 0 && next >= 0 {
			body = body[:next]
		}
		in.stream(bytes.NewReader(body), len(body), at)
		return len(body)
	case method == zip.Deflate:
		r := bytes.NewReader(body)
		in.stream(flate.NewReader(r), len(body), at)
		return len(body) - r.Len()
	default:
		in.note(at, "compression method %d cannot be opened", method)
		in.named(name, at)
		return 0
	}
}

// isPlan knows a saved plan by its members (Terraform and OpenTofu, internal/plans/planfile).
func isPlan(names []string) bool {
	var plan, rest bool
	for _, name := range names {
		plan = plan || name == "tfplan"
		rest = rest || name == "tfstate" || strings.HasPrefix(name, "tfconfig/")
	}
	return plan && rest
}

// member counts an archive member and makes its place; false means that there were too many.
func (in *inspector) member(archive, name string, at place) (place, bool) {
	if in.members++; in.members > in.lim.MaxMembers {
		in.note(at, "%s: more than %d members", archive, in.lim.MaxMembers)
		return place{}, false
	}
	inner := at.unpacked(archive+":"+printable(name), at.line)
	inner.path = name
	return inner, !in.full()
}
