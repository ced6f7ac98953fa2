package state

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// result is all that Content says.
type result struct {
	Found []Material
	Notes []string
}

// TestContentLimits has what cannot be inspected, or not whole: each is said, and what shows before the limit is found.
func TestContentLimits(t *testing.T) {
	small := Limits{Depth: 2, MaxUnpacked: 2 * mebibyte, MaxRatio: 20, MaxMembers: 3}
	found := func(via ...string) []Material {
		return []Material{{Form: FormStateV4, Via: via, Line: 1, Detail: detailCompact}}
	}
	noise := noisy(3 * mebibyte)
	for name, tc := range map[string]struct {
		data string
		want result
	}{
		"depth reached":  {gz(gz(stateCompact)), result{found("gzip", "gzip"), nil}},
		"depth exceeded": {gz(gz(gz(stateCompact))), result{nil, []string{"gzip: gzip: gzip: more than 2 layers deep"}}},
		"ratio": {gz(strings.Repeat(" ", 2*mebibyte-1)), result{nil, []string{
			"gzip: expands more than 20 times",
		}}},
		"ratio, state before the limit": {gz(stateCompact + strings.Repeat(" ", 2*mebibyte-1000)), result{found("gzip"), nil}},
		"unpacked size":                 {gz(noise), result{nil, []string{"gzip: more than 2 MiB unpacked"}}},
		"unpacked size, all members together": {
			zipped(file{"a", noise[:3*mebibyte/2]}, file{"b", noise[mebibyte:]}, file{"c", "x"}),
			result{nil, []string{"zip member b: more than 2 MiB unpacked", "zip member c: more than 2 MiB unpacked"}},
		},
		"zip members": {
			zipped(file{"a", "x"}, file{"b", "x"}, file{"c", "x"}, file{"d", stateCompact}), result{nil, []string{"zip: more than 3 members"}},
		},
		"tar members": {
			tarred(file{"a", "x"}, file{"b", "x"}, file{"c", "x"}, file{"d", "x"}), result{nil, []string{"tar: more than 3 members"}},
		},
		"encrypted zip member": {rawZip("secret.txt", 1, zip.Store, noise[:100]), result{nil, []string{"zip member secret.txt: encrypted"}}},
		"encrypted zip member with a telling name": {
			rawZip("a.tfstate", 1, zip.Deflate, "xxxx"),
			result{[]Material{{Form: "state", Via: []string{"zip:a.tfstate"}, Line: 1, Detail: byName}}, []string{"zip member a.tfstate: encrypted"}},
		},
		"unknown zip method": {
			rawZip("a", 0, 93, "xxxx"), result{nil, []string{"zip member a: damaged: zip: unsupported compression algorithm"}},
		},
		"control characters in a member's name": {
			rawZip("a\n\x1b[31m", 1, zip.Store, "xxxx"), result{nil, []string{`zip member "a\n\x1b[31m": encrypted`}},
		},
		"truncated zip": {
			zipped(file{"a", strings.Repeat("x", 5000)}, file{"b", noise[:5000]})[:3000],
			result{nil, []string{"zip: damaged: zip: not a valid zip file", "zip member b: truncated"}},
		},
		"truncated tar": {
			tarred(file{"a", strings.Repeat("x", 5000)})[:3000], result{nil, []string{"tar member a: truncated", "tar: damaged: unexpected EOF"}},
		},
		"truncated gzip":    {gz(noise[:5000])[:2000], result{nil, []string{"gzip: truncated"}}},
		"damaged gzip head": {"\x1f\x8b\x08\xff" + noise[:30], result{nil, []string{"gzip: damaged: unexpected EOF"}}},
		"damaged gzip behind a script": {
			"#!/bin/sh\n" + gz(noise[:5000])[:2000], result{nil, []string{"embedded: gzip: truncated"}},
		},
		"sparse tar": {
			sparseTar(8 * mebibyte), result{nil, []string{"tar member a: expands more than 20 times"}},
		},
		"encoded often": {
			"#!/bin/sh\n" + b64(b64(b64(stateCompact))), result{nil, []string{"base64: base64: base64: more than 2 layers deep"}},
		},
		"damaged gzip": {
			gz(noise[:5000])[:len(gz(noise[:5000]))-8] + "\xff\xff\xff\xff\xff\xff\xff\xff", result{nil, []string{"gzip: damaged: gzip: invalid checksum"}},
		},
		"xz":   {"\xfd7zXZ\x00" + noise[:100], result{nil, []string{"an xz stream cannot be opened"}}},
		"zstd": {"\x28\xb5\x2f\xfd" + noise[:100], result{nil, []string{"a zstd stream cannot be opened"}}},
		"7z":   {"7z\xbc\xaf\x27\x1c" + noise[:100], result{nil, []string{"a 7z archive cannot be opened"}}},
		"rar":  {"Rar!\x1a\x07\x01" + noise[:100], result{nil, []string{"a rar archive cannot be opened"}}},
		"lz4":  {"\x04\x22\x4d\x18" + noise[:100], result{nil, []string{"an lz4 stream cannot be opened"}}},
		"xz in base64 in a script": {
			"#!/bin/sh\n" + b64("\xfd7zXZ\x00"+noise[:100]), result{nil, []string{"base64: an xz stream cannot be opened"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, notes := content(t, "a", tc.data, small)
			if diff := cmp.Diff(tc.want, result{found, notes}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestContentHostile feeds what is made to be slow or to overflow: the answer comes soon, and states are still found.
func TestContentHostile(t *testing.T) {
	const n = 2 * mebibyte
	repeat := func(s string) string { return strings.Repeat(s, n/len(s)) }
	shown := func(line int, via ...string) []Material {
		return []Material{{Form: FormStateV4, Via: via, Line: line, Detail: detailCompact}}
	}
	bomb := gz(repeat(" "))
	for range 4 {
		var members []file
		for i := range 10 {
			members = append(members, file{fmt.Sprint(i), bomb})
		}
		bomb = zipped(members...)
	}
	secret := "{kind: Secret, metadata: {name: x}, data: {tfstate: " + b64(noisy(100_000)) + "}}"
	for name, tc := range map[string]struct {
		data string
		want []Material
	}{
		"open braces":            {repeat("{") + stateCompact, shown(1, "embedded")},
		"open keyed braces":      {repeat(`{"a":`) + stateCompact, shown(1, "embedded")},
		"open brackets":          {repeat("[") + stateCompact, shown(1, "embedded")},
		"quotes":                 {repeat(`"`) + "\n" + stateCompact, shown(2, "embedded")},
		"braces in quotes":       {repeat(`{"`) + "\n" + stateCompact, shown(2, "embedded")},
		"backslashes":            {repeat(`\`) + `"` + stateCompact, shown(1, "embedded")},
		"escaped quotes":         {repeat(`\"`) + "lineage serial version\n", nil},
		"line breaks":            {repeat("\n") + stateCompact, shown(n + 1)},
		"nested states":          {repeat(`{"version":4,"lineage":"","serial":1,"resources":[`), []Material{{Form: FormStateV4, Via: []string{"embedded"}, Line: 1, Detail: "serial 1"}}},
		"base64 of one letter":   {repeat("V"), nil},
		"base64 marks":           {repeat("eyJ"), nil},
		"gzip heads":             {repeat("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00"), nil},
		"zip heads":              {repeat("PK\x03\x04\x14\x00\x00\x00\x08\x00aaaaaaaabbbbbbbbcccccccc\x01\x00\x00\x00a"), nil},
		"tar heads":              {repeat(tarred(file{"a", ""})[:512]), nil},
		"archives in archives":   {bomb, nil},
		"nested Secrets":         {repeat(`{"kind":"Secret","tfstate":`), nil},
		"YAML, deep":             {"kind: Secret\ntfstate: " + repeat("["), nil},
		"YAML, many documents":   {repeat("\n---\nkind: Secret\ntfstate: 1"), nil},
		"YAML, one Secret often": {"x: &x " + secret + "\nkind: List\nitems:\n" + strings.Repeat("- *x\n", 100_000), nil},
		"YAML, circle":           {"&x\nkind: List\nitems:\n- *x\n- kind: Secret\n  data: {tfstate: *x}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			found, _ := content(t, "a", tc.data, DefaultLimits())
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("took %v for %d bytes", took, len(tc.data))
			}
			if tc.want != nil {
				if diff := cmp.Diff(tc.want, found); diff != "" {
					t.Errorf("found (-want +got):\n%s", diff)
				}
			} else if len(found) > 0 {
				t.Errorf("found %v", found)
			}
		})
	}
}

// TestContentManyFindings stops at a hundred.
func TestContentManyFindings(t *testing.T) {
	found, notes := content(t, "a", strings.Repeat(lockJSON+"\n", 5000), DefaultLimits())
	if len(found) != maxMaterials || notes != nil {
		t.Errorf("%d found, not inspected %q", len(found), notes)
	}
	if last := found[maxMaterials-1]; last.Line != maxMaterials {
		t.Errorf("the last one is in line %d", last.Line)
	}
}

// noisy is text of n bytes that hardly compresses and holds nothing.
func noisy(n int) string {
	out := make([]byte, n)
	state := uint32(1)
	for i := range out {
		state = state*1664525 + 1013904223
		out[i] = "abcdefghijklmnopqrstuvwxyz .,;:()"[state>>24&31]
	}
	return string(out)
}

// sparseTar is an archive of one file that is a hole of n bytes and one block, in the old GNU format.
func sparseTar(n int) string {
	head := []byte(tarred(file{"a", strings.Repeat("x", tarBlock)}))[:tarBlock]
	copy(head[257:], "ustar  \x00")
	head[156] = 'S'
	copy(head[124:136], fmt.Sprintf("%011o\x00", tarBlock))
	copy(head[386:410], fmt.Sprintf("%011o\x00%011o\x00", n, tarBlock)) // the one block and its offset
	copy(head[483:495], fmt.Sprintf("%011o\x00", n+tarBlock))           // the size with the hole
	copy(head[148:156], "        ")
	var sum int
	for _, c := range head {
		sum += int(c)
	}
	copy(head[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return string(head) + strings.Repeat("x", tarBlock) + strings.Repeat("\x00", 2*tarBlock)
}

// headless is a zip archive without its directory.
func headless(archive string) string { return archive[:strings.Index(archive, "PK\x01\x02")] }

// rawZip is an archive of one member with these flags, method and bytes, as they are.
func rawZip(name string, flags, method uint16, body string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	member := must(w.CreateRaw(&zip.FileHeader{
		Name: name, Flags: flags, Method: method,
		CompressedSize64: uint64(len(body)), UncompressedSize64: uint64(len(body)),
	}))
	must(member.Write([]byte(body)))
	check(w.Close())
	return b.String()
}
