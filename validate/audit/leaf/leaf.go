// Package leaf compares configurations without keeping them: of every value it
// keeps where it is and a digest under a key of the process. Credentials that a
// server masks are left out, so that they are never compared.
package leaf

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
)

// Bounds of one configuration: what lies beyond is not compared.
const (
	maxLeaves = 200
	maxDepth  = 8
)

// Digest stands for a value; equal values of one Key have equal digests.
type Digest uint64

// Leaf is one value: its path as in "credentials.auth_method", and its digest.
type Leaf struct {
	Path   string
	Digest Digest
}

// Key digests values. Two keys have nothing to say of each other.
type Key struct{ seed maphash.Seed }

// NewKey makes a key, by chance.
func NewKey() Key { return Key{maphash.MakeSeed()} }

// Text digests a string.
func (k Key) Text(value string) Digest { return Digest(maphash.String(k.seed, value)) }

// Of lists the leaves of a JSON value, sorted by path. A string that holds a JSON
// object is looked into, because Terraform keeps configurations so. What is not
// valid has no leaves.
func (k Key) Of(value json.RawMessage) []Leaf {
	var text string
	if json.Unmarshal(value, &text) == nil {
		value = json.RawMessage(text)
	}
	var leaves []Leaf
	k.add(&leaves, "", value, 0)
	slices.SortFunc(leaves, func(a, b Leaf) int { return strings.Compare(a.Path, b.Path) })
	return leaves
}

func (k Key) add(leaves *[]Leaf, path string, value json.RawMessage, depth int) {
	if len(*leaves) >= maxLeaves || depth > maxDepth {
		return
	}
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return
	}
	switch value[0] {
	case '{':
		var object map[string]json.RawMessage
		if json.Unmarshal(value, &object) != nil {
			return
		}
		for name, inner := range object {
			k.add(leaves, join(path, name), inner, depth+1)
		}
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(value, &list) != nil {
			return
		}
		for i, inner := range list {
			k.add(leaves, join(path, strconv.Itoa(i)), inner, depth+1)
		}
	case '"':
		var text string
		if json.Unmarshal(value, &text) == nil && !Masked(text) && path != "" {
			*leaves = append(*leaves, Leaf{path, k.Text(text)})
		}
	case 'n': // null is what is not set
	default:
		if path != "" {
			*leaves = append(*leaves, Leaf{path, k.Text("\x00" + string(value))})
		}
	}
}

// Masked reports whether a value is what Airbyte shows instead of a credential.
func Masked(text string) bool { return len(text) > 1 && strings.Trim(text, "*") == "" }

// IsAccessKey tells by its name whether a value is the id of an S3 access key:
// s3_access_key_id, AWS_ACCESS_KEY_ID, accessKey; never secret_access_key.
func IsAccessKey(name string) bool {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
	return !strings.Contains(plain, "secret") && (strings.HasSuffix(plain, "accesskeyid") || strings.HasSuffix(plain, "accesskey"))
}

// Differences are the paths that both have with different values.
func Differences(a, b []Leaf) []string {
	var differ []string
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := strings.Compare(a[i].Path, b[j].Path); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			if a[i].Digest != b[j].Digest {
				differ = append(differ, a[i].Path)
			}
			i, j = i+1, j+1
		}
	}
	return differ
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
