package state

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// What Terraform 1.11.4 wrote for one terraform_data resource, shortened.
const (
	stateV4 = `{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 2,
  "lineage": "6cd98828-33ed-797a-14f6-625faf57929b",
  "outputs": {
    "x": {
      "value": "hunter2",
      "type": "string"
    }
  },
  "resources": [
    {
      "mode": "managed",
      "type": "terraform_data",
      "name": "a",
      "provider": "provider[\"terraform.io/builtin/terraform\"]",
      "instances": [
        {
          "schema_version": 0,
          "attributes": {
            "id": "8b2b4f32-3510-5f81-fd65-b141cb3545e1"
          },
          "sensitive_attributes": []
        }
      ]
    }
  ],
  "check_results": null
}
`
	stateCompact = `{"version":4,"terraform_version":"1.11.4","serial":7,"lineage":"aa-bb","outputs":{"p":{"value":"a \"quoted\" { word","type":"string"}},"resources":[]}`
	stateV3      = `{"version":3,"terraform_version":"0.11.15","serial":9,"lineage":"cc-dd","modules":[{"path":["root"],"outputs":{},"resources":{}}]}`
	stub         = `{
  "version": 3,
  "terraform_version": "1.11.4",
  "backend": {
    "type": "s3",
    "config": {
      "access_key": "AKIAEXAMPLE"
    },
    "hash": 3742086823
  }
}`
	encryptedStateJSON = `{"serial":3,"lineage":"l7","meta":{"key_provider.pbkdf2.main":"e30="},"encrypted_data":"c2VhbGVk","encryption_version":"v0"}`
	encryptedPlanJSON  = `{"meta":{"key_provider.pbkdf2.main":"e30="},"encrypted_data":"c2VhbGVk","encryption_version":"v0"}`
	showPlan           = `{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}},"resource_changes":[]}`
	showState          = `{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{}}}`
	lockJSON           = `{"ID":"8b2b","Operation":"OperationTypeApply","Info":"","Who":"me@laptop","Version":"1.11.4","Created":"2026-01-07T10:00:00Z","Path":"terraform.tfstate"}`

	detailV4      = "lineage 6cd98828-33ed-797a-14f6-625faf57929b, serial 2, terraform 1.11.4"
	detailCompact = "lineage aa-bb, serial 7, terraform 1.11.4"
)

type file struct{ name, content string }

func gz(content string) string {
	var b bytes.Buffer
	w := must(gzip.NewWriterLevel(&b, gzip.BestSpeed)) // the race detector makes compression slow
	must(w.Write([]byte(content)))
	check(w.Close())
	return b.String()
}

func zipped(files ...file) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		member := must(w.Create(f.name))
		must(member.Write([]byte(f.content)))
	}
	check(w.Close())
	return b.String()
}

func tarred(files ...file) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		check(w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.content))}))
		must(w.Write([]byte(f.content)))
	}
	check(w.Close())
	return b.String()
}

// bzip2Hex holds stateCompact as `bzip2 -9` packed it; the standard library cannot write that format.
func bzipped() string { return string(must(hex.DecodeString(strings.ReplaceAll(bzip2Hex, "\n", "")))) }

func b64(content string) string { return base64.StdEncoding.EncodeToString([]byte(content)) }

// wrap breaks a text into lines of width characters, each after the given indentation.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := min(width, len(text))
		b.WriteString(indent + text[:n] + "\n")
		text = text[n:]
	}
	return b.String()
}

func wide16(text string, order binary.AppendByteOrder, mark bool) string {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xfeff)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

func wide32(text string, order binary.AppendByteOrder) string {
	out := order.AppendUint32(nil, 0xfeff)
	for _, r := range text {
		out = order.AppendUint32(out, uint32(r))
	}
	return string(out)
}

func quoted(text string) string { return strconv.Quote(text) }

func planZip() string {
	return zipped(file{"tfplan", "\x08\x03"}, file{"tfstate", stateV4}, file{"tfstate-prev", stateV4}, file{"tfconfig/modules.json", "[]"})
}

func stateSecret(name, value string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata:\n  name: " + name + "\n  annotations:\n    encoding: gzip\ntype: Opaque\ndata:\n  tfstate: " + value + "\n"
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// content runs Content with the default limits and insists that Quick agrees.
func content(t *testing.T, path, data string, lim Limits) ([]Material, []string) {
	t.Helper()
	found, notes := Content(path, []byte(data), lim)
	if !Quick([]byte(data)) && len(found)+len(notes) > 0 {
		t.Errorf("Quick is false, yet Content says %v %v", found, notes)
	}
	return found, notes
}

const bzip2Hex = `
425a6839314159265359d6d1f0920000491b8050072490000ebfa7ffaa2000750d53d4d3d47a80d0d341a69a3d406a9fa29ea8c34d1a11b44609faa5
df9617d92ba795074dc7c61110b50290a27945cc4e1984398b02d001c9cfe4d0a4f8aefc183576d058158255e1494f12a831a4cf06207aad440f14ad
ab5932a008ac15292de4a41d84a9733b4ec380edfc5dc914e142435b47c248
`
