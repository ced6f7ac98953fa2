package parse

import (
	"regexp"
	"strings"
)

// sopsEncrypted tells whether SOPS encrypted an object: its `sops` metadata carries a MAC, and every value that the
// metadata, and for a Secret its data, say must be encrypted is. https://github.com/getsops/sops#encrypting-only-parts-of-a-file
func sopsEncrypted(object map[string]any) bool {
	sops, ok := object["sops"].(map[string]any)
	if !ok || !encryptedValue(sops["mac"]) {
		return false
	}
	rule, ok := sopsRule(sops)
	if !ok {
		return false
	}
	for key, value := range object {
		if key == "sops" {
			continue
		}
		must := object["kind"] == "Secret" && (key == "data" || key == "stringData")
		if !allEncrypted(key, value, must, rule) {
			return false
		}
	}
	return true
}

// sopsSelection says how a key changes what is encrypted below it.
type sopsSelection struct {
	byDefault bool
	turnsOver func(key string) bool // below such a key, the opposite of byDefault holds
}

func sopsRule(sops map[string]any) (sopsSelection, bool) {
	text := func(key string) string { s, _ := sops[key].(string); return s }
	switch {
	case text("encrypted_suffix") != "":
		return sopsSelection{turnsOver: suffix(text("encrypted_suffix"))}, true
	case text("encrypted_regex") != "":
		r, err := regexp.Compile(text("encrypted_regex"))
		return sopsSelection{turnsOver: matcher(r)}, err == nil
	case text("unencrypted_regex") != "":
		r, err := regexp.Compile(text("unencrypted_regex"))
		return sopsSelection{byDefault: true, turnsOver: matcher(r)}, err == nil
	case text("unencrypted_suffix") != "":
		return sopsSelection{byDefault: true, turnsOver: suffix(text("unencrypted_suffix"))}, true
	}
	return sopsSelection{byDefault: true, turnsOver: suffix("_unencrypted")}, true
}

func suffix(end string) func(string) bool {
	return func(key string) bool { return strings.HasSuffix(key, end) }
}

func matcher(r *regexp.Regexp) func(string) bool {
	return func(key string) bool { return r != nil && r.MatchString(key) }
}

// allEncrypted checks the values at and below a key; must is true once they have to be encrypted whatever the rule.
func allEncrypted(key string, value any, must bool, rule sopsSelection) bool {
	if key != "" && rule.turnsOver(key) {
		rule = sopsSelection{byDefault: !rule.byDefault, turnsOver: func(string) bool { return false }}
	}
	switch value := value.(type) {
	case map[string]any:
		for k, v := range value {
			if !allEncrypted(k, v, must, rule) {
				return false
			}
		}
		return true
	case []any:
		for _, v := range value {
			if !allEncrypted("", v, must, rule) {
				return false
			}
		}
		return true
	case nil:
		return true
	}
	return !must && !rule.byDefault || value == "" || encryptedValue(value)
}

func encryptedValue(v any) bool {
	s, ok := v.(string)
	return ok && strings.HasPrefix(s, "ENC[AES256_GCM,data:") && strings.HasSuffix(s, "]")
}
