package policy

import "testing"

func TestConcerns(t *testing.T) {
	some := &Engine{groups: map[group]*grouped{
		{"manifest", History}: {rules: []Rule{{Mentions: []string{"Secret", "SealedSecret"}}}},
		{"manifest", Tip}:     {rules: []Rule{{Mentions: []string{"Secret"}}, {}}},
	}}
	for _, c := range []struct {
		kind string
		when When
		file string
		want bool
	}{
		{"manifest", History, "kind: Secret", true},
		{"manifest", History, "Secret", true},
		{"manifest", History, "kind: SealedSecret\n", true},
		{"manifest", History, "secretKeyRef: x, postgresqlSecretName: y, Secrets, my_Secret", false},
		{"manifest", History, "Secrets and a Secret", true},
		{"manifest", History, `kind: "Secr\u0065t"`, true},
		{"manifest", History, "\xff\xfeS\x00e\x00c\x00r\x00e\x00t\x00", true},
		{"manifest", History, "\xfe\xff\x00S\x00e\x00c\x00r\x00e\x00t", true},
		{"manifest", History, "", false},
		{"manifest", Tip, "", true},
		{"stream", Tip, "Secret", false},
	} {
		if got := some.Concerns(c.kind, c.when, []byte(c.file)); got != c.want {
			t.Errorf("Concerns(%s, %s, %q) = %v", c.kind, c.when, c.file, got)
		}
	}
}
