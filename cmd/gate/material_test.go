package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// What Terraform and OpenTofu write, shortened.
const (
	stateV4         = "{\n  \"version\": 4,\n  \"terraform_version\": \"1.5.7\",\n  \"serial\": 3,\n  \"lineage\": \"5c1b3f2e-7a86-4a77-b6e4-3f1f2f0f7d11\",\n  \"outputs\": {},\n  \"resources\": []\n}\n"
	stateV3         = `{"version":3,"terraform_version":"0.11.15","serial":9,"lineage":"cc-dd","modules":[{"path":["root"],"outputs":{},"resources":{}}]}`
	backendStub     = `{"version":3,"serial":1,"lineage":"aa","backend":{"type":"s3","config":{"access_key":"AKIAEXAMPLE"},"hash":3742086823}}`
	encryptedState  = `{"serial":3,"lineage":"l7","meta":{"key_provider.pbkdf2.main":"e30="},"encrypted_data":"c2VhbGVk","encryption_version":"v0"}`
	encryptedPlan   = `{"meta":{"key_provider.pbkdf2.main":"e30="},"encrypted_data":"c2VhbGVk","encryption_version":"v0"}`
	shownPlan       = `{"format_version":"1.2","terraform_version":"1.5.7","planned_values":{"root_module":{}},"resource_changes":[]}`
	shownState      = `{"format_version":"1.0","terraform_version":"1.5.7","values":{"root_module":{}}}`
	lockInfo        = `{"ID":"8b2b","Operation":"OperationTypeApply","Info":"","Who":"me@laptop","Version":"1.5.7","Created":"2026-01-07T10:00:00Z","Path":"terraform.tfstate"}`
	plaintextSecret = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {password: hunter2hunter2}\n"
	lfsPointer      = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)

// member is a file in an archive.
type member struct{ name, content string }

func gzipped(content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	mustWrite(w.Write([]byte(content)))
	mustDo(w.Close())
	return b.String()
}

func zipped(members ...member) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		if len(m.content) < 2 { // a compressor for each of thousands takes seconds under the race detector
			header.Method = zip.Store
		}
		f, err := w.CreateHeader(header)
		mustDo(err)
		mustWrite(f.Write([]byte(m.content)))
	}
	mustDo(w.Close())
	return b.String()
}

func tarred(members ...member) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		mustDo(w.WriteHeader(&tar.Header{Name: m.name, Mode: 0o644, Size: int64(len(m.content))}))
		mustWrite(w.Write([]byte(m.content)))
	}
	mustDo(w.Close())
	return b.String()
}

func base64Of(content string) string { return base64.StdEncoding.EncodeToString([]byte(content)) }

// wide is a text in UTF-16, as editors of Windows write it.
func wide(text string, order binary.AppendByteOrder) string {
	out := order.AppendUint16(nil, 0xfeff)
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

// planFile is a zip archive as `terraform plan -out` writes it.
func planFile() string {
	return zipped(member{"tfplan", "\x08\x03"}, member{"tfstate", stateV4}, member{"tfstate-prev", stateV4}, member{"tfconfig/modules.json", "[]"})
}

// secretOf is a Secret as the Kubernetes backend and tofu-controller write it.
func secretOf(name, key, content string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata:\n  name: " + name + "\n  annotations:\n    encoding: gzip\ntype: Opaque\ndata:\n  " +
		key + ": " + base64Of(gzipped(content)) + "\n"
}

// indented puts every line of a text further to the right.
func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

func mustDo(err error) {
	if err != nil {
		panic(err)
	}
}

func mustWrite(_ int, err error) { mustDo(err) }
