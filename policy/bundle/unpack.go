package bundle

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	opa "github.com/open-policy-agent/opa/v1/bundle"
)

// Limits bound what an archive may unpack to. A zero field means its default.
type Limits struct {
	Bytes int64 // of all files; 32 MiB
	Files int   // 5,000
}

func (l Limits) defaulted() Limits {
	return Limits{Bytes: cmp.Or(l.Bytes, 32<<20), Files: cmp.Or(l.Files, 5000)}
}

// MaxArchive bounds an archive itself, in bytes.
const MaxArchive = 16 << 20

const longestPath = 512 // bytes

// Names of OPA's format; they count at the root of a bundle only.
const (
	manifestFile   = ".manifest"
	signaturesFile = ".signatures.json"
	dataFile       = "data.json"
)

// unpack reads the files of an archive. It stops at the limits, whatever the
// archive's headers say.
func unpack(archive []byte, limits Limits) (map[string][]byte, error) {
	limits = limits.defaulted()
	if len(archive) > MaxArchive {
		return nil, refusedf("%d bytes, more than the %d that a bundle may have", len(archive), MaxArchive)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, refusedf("no bundle: a gzipped tar archive is wanted (%w); `gate bundle build` makes one", err)
	}
	counted := &io.LimitedReader{R: unzipped, N: limits.Bytes + int64(limits.Files+2)*2*512} // headers and padding come on top
	files, left := map[string][]byte{}, limits.Bytes
	for reader := tar.NewReader(counted); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if counted.N <= 0 {
			return nil, tooLarge(limits)
		}
		if err != nil {
			return nil, refusedf("no bundle: a gzipped tar archive is wanted (%w); `gate bundle build` makes one", err)
		}
		name, err := entry(header)
		if err != nil {
			return nil, err
		}
		if name == "" {
			continue
		}
		if _, twice := files[name]; twice {
			return nil, refusedf("%s is in it twice", name)
		}
		if len(files) == limits.Files {
			return nil, refusedf("more than %d files", limits.Files)
		}
		if header.Size > left {
			return nil, tooLarge(limits)
		}
		content, err := io.ReadAll(io.LimitReader(reader, left+1))
		switch {
		case counted.N <= 0, int64(len(content)) > left:
			return nil, tooLarge(limits)
		case err != nil:
			return nil, refusedf("%s: %w", name, err)
		}
		left -= int64(len(content))
		files[name] = content
	}
}

func tooLarge(limits Limits) error {
	return refusedf("it unpacks to more than %d bytes", limits.Bytes)
}

// entry is the path of a file, "" for a directory. Paths that lead elsewhere, links
// and kinds of files that the gate would not look at are refused, and not skipped:
// another reader might see what this one does not.
func entry(header *tar.Header) (string, error) {
	name := header.Name
	if len(name) > longestPath || strings.ContainsFunc(name, func(r rune) bool { return r == '\\' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }) {
		return "", refusedf("%.100q is no path for a file in a bundle", name)
	}
	clean := strings.TrimPrefix(strings.TrimPrefix(name, "./"), "/")
	if header.Typeflag == tar.TypeDir {
		clean = strings.TrimSuffix(clean, "/")
		if clean == "" || fs.ValidPath(clean) {
			return "", nil
		}
	}
	if clean == "." || !fs.ValidPath(clean) {
		return "", refusedf("%q leads out of the bundle", name)
	}
	if header.Typeflag != tar.TypeReg {
		return "", refusedf("%s is a link or special file: want regular files only", name)
	}
	return clean, wanted(clean)
}

// wanted refuses what a bundle for the gate cannot hold.
func wanted(name string) error {
	base, nested := path.Base(name), strings.Contains(name, "/")
	switch {
	case base == "patch.json":
		return refusedf("%s: a delta bundle, which cannot be signed: publish a whole one", name)
	case base == opa.WasmFile, base == opa.PlanFile, base == opa.PlanProtoFile:
		return refusedf("%s: compiled policy: want Rego, as `gate bundle build` or `opa build --target rego` makes", name)
	case opa.IsYAMLDataFile(name):
		return refusedf("%s: data in YAML: want data.json", name)
	case strings.HasSuffix(base, opa.ManifestProtoExt):
		return refusedf("%s: a manifest in protobuf: want %s", name, manifestFile)
	case nested && (opa.IsSignaturesFile(name) || strings.HasSuffix(base, opa.ManifestExt)):
		return refusedf("%s: signature and manifest lie at the root of a bundle", name)
	case !nested && strings.HasSuffix(base, opa.ManifestExt) && base != manifestFile:
		return refusedf("%s: the manifest's name is %s", name, manifestFile)
	}
	return nil
}

func isRego(name string) bool { return strings.HasSuffix(name, opa.RegoExt) }

// sorted lists paths in the order in which they are written: what says how to read
// the others first.
func sorted(files map[string][]byte) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	last := func(name string) int {
		if strings.HasPrefix(name, ".") {
			return 0
		}
		return 1
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(last(a), last(b)), strings.Compare(a, b)) })
	return names
}
