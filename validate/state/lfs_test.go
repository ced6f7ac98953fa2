package state

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type pointer struct {
	OID  string
	Size int64
	OK   bool
}

func readPointer(data string) pointer {
	oid, size, ok := LFSPointer([]byte(data))
	return pointer{oid, size, ok}
}

func TestLFSPointer(t *testing.T) {
	const oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
	const head = "version https://git-lfs.github.com/spec/v1\n"
	for name, tc := range map[string]struct {
		data string
		want pointer
	}{
		"pointer":            {head + "oid sha256:" + oid + "\nsize 12345\n", pointer{oid, 12345, true}},
		"Windows lines":      {strings.ReplaceAll(head+"oid sha256:"+oid+"\nsize 1\n", "\n", "\r\n"), pointer{oid, 1, true}},
		"extension":          {head + "ext-0-foo sha256:" + oid + "\noid sha256:" + oid + "\nsize 0\n", pointer{oid, 0, true}},
		"before the release": {"version https://hawser.github.com/spec/v1\noid sha256:" + oid + "\nsize 2\n", pointer{oid, 2, true}},
		"empty":              {"", pointer{}},
		"another version":    {"version 2\noid sha256:" + oid + "\nsize 2\n", pointer{}},
		"no oid":             {head + "size 2\n", pointer{}},
		"no size":            {head + "oid sha256:" + oid + "\n", pointer{}},
		"short oid":          {head + "oid sha256:" + oid[1:] + "\nsize 2\n", pointer{}},
		"upper-case oid":     {head + "oid sha256:" + strings.ToUpper(oid) + "\nsize 2\n", pointer{}},
		"negative size":      {head + "oid sha256:" + oid + "\nsize -2\n", pointer{}},
		"lone word":          {head + "oid sha256:" + oid + "\nsize 2\nx\n", pointer{}},
		"too long":           {head + "oid sha256:" + oid + "\nsize 2\nx " + strings.Repeat("x", 1024), pointer{}},
	} {
		if diff := cmp.Diff(tc.want, readPointer(tc.data)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzLFSPointer(f *testing.F) {
	f.Add("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 1\n")
	f.Fuzz(func(t *testing.T, data string) {
		if p := readPointer(data); p.OK && (len(p.OID) != 64 || p.Size < 0) {
			t.Errorf("%q reads as %+v", data, p)
		}
	})
}
