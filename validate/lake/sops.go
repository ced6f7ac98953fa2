package lake

import (
	"bytes"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// sealed reports whether SOPS encrypted a JSON file (which is also the form of
// its binary mode) as a whole: metadata with a MAC, and no value in plain text.
func sealed(data []byte) bool {
	if !bytes.Contains(data, []byte("ENC[")) {
		return false
	}
	root, err := parse.JSON(data, parse.JSONOptions{})
	if err != nil || root.Kind != parse.Object {
		return false
	}
	mac := root.Get("sops").Get("mac")
	if mac == nil || mac.Kind != parse.String || !strings.HasPrefix(mac.Text, "ENC[") {
		return false
	}
	for i := range root.Members {
		if m := &root.Members[i]; m.Key != "sops" && !encrypted(&m.Value) {
			return false
		}
	}
	return true
}

// encrypted reports whether nothing below a value is in plain text.
func encrypted(n *parse.Node) bool {
	for i := range n.Items {
		if !encrypted(&n.Items[i]) {
			return false
		}
	}
	for i := range n.Members {
		if !encrypted(&n.Members[i].Value) {
			return false
		}
	}
	switch n.Kind {
	case parse.Array, parse.Object, parse.Null:
		return true
	case parse.String:
		return n.Text == "" || strings.HasPrefix(n.Text, "ENC[AES256_GCM,") && strings.HasSuffix(n.Text, "]")
	}
	return false
}
