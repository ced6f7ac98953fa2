package terraform

import "strings"

// findCredentials reports literals where a secret belongs: in resources, data sources, modules, providers, locals and
// the defaults of variables that are named like one.
func (x *index) findCredentials(m *Module) {
	for _, b := range x.blocks {
		for _, a := range b.attributes {
			for i := range a.Leaves {
				leaf := &a.Leaves[i]
				path := a.leafPath(leaf)
				name := path[strings.LastIndexByte(path, '.')+1:]
				switch b.kind {
				case "resource", "data", "ephemeral", "module", "provider", "locals":
				case "variable":
					if a.path != "default" {
						continue
					}
					if leaf.Path == "" {
						name = b.labels[0]
					}
				default:
					continue
				}
				if leaf.Literal && secretValue(leaf.Value) && namesCredential(name) {
					m.Credentials = append(m.Credentials, Credential{Attribute: path, From: owner(b, a), At: a.position(leaf.At)})
				}
			}
		}
	}
}

// secretValue tells whether a literal can be a secret: text, not a switch and not empty.
func secretValue(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v) != ""
	case nil, bool:
		return false
	}
	return true
}

// namesCredential tells whether a value of this name is a secret: api_key, dbPassword, AWS_SECRET_ACCESS_KEY; but not
// secret_name, token_url, primary_key, next_page_token.
func namesCredential(name string) bool {
	words := splitWords(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	before := ""
	if len(words) > 1 {
		before = words[len(words)-2]
	}
	switch last {
	case "password", "passwd", "pwd", "passphrase", "secret", "apikey", "secretkey", "accesskey", "privatekey", "credentials":
		return true
	case "token":
		return before != "page" && before != "next" && before != "cursor" && before != "continuation"
	case "key":
		switch before {
		case "api", "access", "secret", "private", "auth", "account", "encryption", "signing", "master", "storage", "service", "shared":
			return true
		}
	case "id":
		return before == "key" && len(words) > 2 && words[len(words)-3] == "access"
	case "json":
		return before == "credentials"
	}
	return false
}

// splitWords splits snake_case, kebab-case and camelCase into lower-case words.
func splitWords(name string) []string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' && i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte(' ')
		}
		if r == '_' || r == '-' || r == '.' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.Fields(strings.ToLower(b.String()))
}
