package digest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
)

// Missing is the digest of a required object that is not there, or that lacks a required key: pods that use it cannot start.
const Missing = "-"

// KeyLength of an installation key, in bytes.
const KeyLength = 32

// Hex digits of a digest: the first part says which keys were asked for, the rest what their values are.
const (
	shapeLength  = 8
	digestLength = 32
)

// Keyring holds the installation keys by their id. Treat it as a value: nobody changes one that was handed out.
type Keyring struct {
	Current string // id of the key for everything new
	Keys    map[string][]byte
}

// Digests of one reference: key id -> 32 hex digits, or Missing under every id.
type Digests map[string]string

// Digests of what ref uses of an object of this namespace. data are its values (data and binaryData of a ConfigMap together). exists tells an object without data from none.
//
// An optional object that is absent has the digest of one that is empty, for pods see no difference. Two digests under one key are equal when the keys in use and their
// values are; see SameUse for two that differ.
func (r Keyring) Digests(namespace string, ref Ref, data map[string][]byte, exists bool) Digests {
	digests := make(Digests, len(r.Keys))
	missing := missing(ref, data, exists)
	for id, key := range r.Keys {
		if missing {
			digests[id] = Missing
			continue
		}
		digests[id] = shape(key, namespace, ref)[:shapeLength] + content(key, namespace, ref, data)[:digestLength-shapeLength]
	}
	return digests
}

// SameUse tells of two digests under one key whether they speak of the same used keys. When not, the template was changed between them.
func SameUse(a, b string) bool {
	return len(a) == digestLength && len(b) == digestLength && a[:shapeLength] == b[:shapeLength]
}

// Valid tells whether text can be a digest.
func Valid(text string) bool {
	if text == Missing {
		return true
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(text) == digestLength
}

// Sum is the first 32 hex digits of the HMAC-SHA256 of the fields under the key of that id, unambiguous in number and lengths of the fields. It is "" when there is no such key.
func (r Keyring) Sum(id string, fields ...string) string {
	key, found := r.Keys[id]
	if !found {
		return ""
	}
	m := newMAC(key, "fields")
	m.number(len(fields))
	for _, field := range fields {
		m.text(field)
	}
	return m.hex()[:digestLength]
}

func missing(ref Ref, data map[string][]byte, exists bool) bool {
	if !exists {
		return !ref.Optional
	}
	for _, key := range ref.Keys {
		if _, found := data[key.Name]; !found && !key.Optional {
			return true
		}
	}
	return false
}

// shape depends on which keys are used and on nothing that is in them.
func shape(key []byte, namespace string, ref Ref) string {
	m := newMAC(key, "shape")
	m.ref(namespace, ref)
	if !ref.All {
		names := used(ref)
		m.number(len(names))
		for _, name := range names {
			m.text(name)
		}
	}
	return m.hex()
}

// used names the keys of a reference, sorted, each once, however the reference was made.
func used(ref Ref) []string {
	names := make([]string, len(ref.Keys))
	for i, key := range ref.Keys {
		names[i] = key.Name
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func content(key []byte, namespace string, ref Ref, data map[string][]byte) string {
	m := newMAC(key, "content")
	m.ref(namespace, ref)
	names := used(ref)
	if ref.All {
		names = slices.Sorted(maps.Keys(data))
	}
	m.number(len(names))
	for _, name := range names {
		m.text(name)
		if value, found := data[name]; found {
			m.number(1)
			m.bytes(value)
		} else {
			m.number(0)
		}
	}
	return m.hex()
}

// mac writes every field with its length first, so that no two sequences of fields are alike.
type mac struct{ hash.Hash }

// newMAC begins with what the sum is for: one of another purpose is never alike.
func newMAC(key []byte, purpose string) mac {
	m := mac{hmac.New(sha256.New, key)}
	m.text("lotus-gate.dev/" + purpose)
	return m
}

func (m mac) ref(namespace string, ref Ref) {
	m.text(ref.Kind)
	m.text(namespace)
	m.text(ref.Name)
	if ref.All {
		m.number(1)
	} else {
		m.number(0)
	}
}

func (m mac) number(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	m.Write(b[:])
}

func (m mac) text(s string) { m.bytes([]byte(s)) }

func (m mac) bytes(b []byte) {
	m.number(len(b))
	m.Write(b)
}

func (m mac) hex() string { return hex.EncodeToString(m.Sum(nil)) }
