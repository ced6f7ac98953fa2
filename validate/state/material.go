// Package state recognises Terraform and OpenTofu state and plan material in file names and in bytes, however it is
// wrapped: renamed, compressed, archived, encoded, or pasted into a script. It reads nothing but what it is given and
// knows neither git nor policy.
//
// What it looks for is the table "Terraform and OpenTofu material in git" of the project's domain facts; the formats
// themselves are those written by Terraform 0.12 to 1.11 and OpenTofu 1.7 and later.
package state

import "fmt"

// Forms of Material. Kubernetes forms describe a whole object; the content's own form is then in Detail.
const (
	FormStateV4            = "state v4"
	FormStateV3            = "state v3"
	FormBackendStub        = "backend stub"
	FormEncryptedState     = "encrypted state"
	FormEncryptedPlan      = "encrypted plan"
	FormPlan               = "plan"
	FormShowJSON           = "show json"
	FormLockInfo           = "lock info"
	FormKubernetesState    = "kubernetes state secret"
	FormKubernetesPlan     = "kubernetes plan secret"
	FormKubernetesPlanText = "kubernetes plan config map"
)

const (
	mebibyte      = 1 << 20
	maxMaterials  = 100
	maxNotes      = 100
	ratioGrace    = 1 * mebibyte // Limits.MaxRatio is not asked of smaller layers
	manifestBytes = 4 * mebibyte // of Kubernetes manifests that name state, parsed as YAML or JSON
	workPerByte   = 16           // bytes of decoded text looked at for each byte of a file or unpacked from it
)

// Material is one thing found in bytes.
type Material struct {
	// Form is one of the Form constants above or, for an archive member that only its name gives away, a Form of Name.
	Form string
	// Via says how it was hidden, outermost first: "gzip", "bzip2", "zip:<member>", "tar:<member>", "base64", "bom",
	// "utf-16le", "utf-16be", "utf-32le", "utf-32be", "embedded" (inside other text or behind other bytes), "escaped" (inside a
	// quoted string), "value" (of a Kubernetes object's stringData), "yaml document <n>", "list item <n>" (both from 1). Nil if the bytes are the thing itself.
	Via []string
	// Line is the 1-based line of the outermost file where it starts; 1 if it is the whole file or a whole archive.
	Line int
	// Detail names lineage, serial, tool version or Kubernetes object: never an attribute, an output or a credential.
	Detail string
}

// Limits bound one call of Content. What they stop is reported as not inspected, never as clean.
type Limits struct {
	Depth       int   // layers (archives, compressions, encodings) inside one another
	MaxUnpacked int64 // bytes unpacked from archives and compressed streams, all layers together; also bounds memory
	MaxRatio    int   // unpacked bytes for each packed byte of one stream, once that stream exceeds 1 MiB
	MaxMembers  int   // archive members, all archives together
}

// DefaultLimits fit a pre-receive hook: at most 64 MiB unpacked for a file, which takes about half a second from gzip and
// two or three seconds from bzip2.
func DefaultLimits() Limits {
	return Limits{Depth: 8, MaxUnpacked: 64 * mebibyte, MaxRatio: 250, MaxMembers: 10_000}
}

// Content inspects the bytes of one file. The path only tells documentation from other files: in documentation a JSON
// excerpt that is not a whole document (see accept) passes. At most 100 materials and 100 reasons are returned, both in
// the order of discovery, which is the same for the same bytes.
//
// notInspected holds one sentence for each part that could not be opened: a limit, an unsupported or encrypted
// format, damage. Bytes that merely fail to parse as something are not reported.
func Content(path string, data []byte, lim Limits) (found []Material, notInspected []string) {
	in := inspector{lim: lim, work: workPerByte * (int64(len(data)) + mebibyte), manifests: manifestBytes}
	in.layer(data, place{path: path, line: 1})
	return in.found, in.notes
}

// inspector is the state of one call of Content: what was found and how much of each budget is used.
type inspector struct {
	lim       Limits
	unpacked  int64 // bytes unpacked so far
	members   int   // archive members opened so far
	work      int64 // bytes of decoded text that may still be looked at
	manifests int64 // bytes of Kubernetes manifests that may still be parsed
	found     []Material
	notes     []string
}

func (in *inspector) full() bool { return len(in.found) >= maxMaterials }

func (in *inspector) find(form string, at place, line int, detail string) {
	if !in.full() {
		in.found = append(in.found, Material{Form: form, Via: at.via, Line: line, Detail: detail})
	}
}

func (in *inspector) note(at place, format string, args ...any) {
	sentence := at.describe() + fmt.Sprintf(format, args...)
	for _, n := range in.notes {
		if n == sentence {
			return
		}
	}
	if len(in.notes) < maxNotes {
		in.notes = append(in.notes, sentence)
	}
}
