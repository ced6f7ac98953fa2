package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/page"
)

// TestRemedies does what a pusher does who has nothing but the refusal: for each
// bad example of each shipped rule it pushes the example to a real server, is
// refused, follows the printed remedy (its commands as they stand, placeholders
// filled from the finding's place; its edits to the letter), and pushes again: that
// is accepted. A rule or bad example without a case fails, and so does a command
// of a remedy that no case runs. (Rules on requests: package validate; of audits: test/audit.)
func TestRemedies(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	tools := installTools(t)
	all := remedyCases()
	for _, rule := range set.Rules() {
		if rule.Scope == "request" || rule.Scope == "audit" {
			continue
		}
		cases := all[rule.ID]
		delete(all, rule.ID)
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			testRemedy(t, tools, set, rule, cases)
		})
	}
	for id := range all {
		t.Errorf("%s: cases for a rule that is not there", id)
	}
}

func testRemedy(t *testing.T, tools string, set *policy.Set, rule policy.Rule, cases []remedyCase) {
	text, err := set.Examples(rule.ID)
	if err != nil {
		t.Fatal(err)
	}
	examples, err := page.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]page.Example{}
	for _, x := range examples.Bad {
		bad[x.Name] = x
		if !slices.ContainsFunc(cases, func(c remedyCase) bool { return c.example == x.Name }) {
			t.Errorf("nobody follows the remedy of the bad example %q: add a case to remedies_%s_test.go", x.Name, path.Dir(rule.ID))
		}
	}
	printed, ran := map[string]bool{}, map[string]bool{}
	outcomes := make([]*mending, len(cases))
	t.Run("cases", func(t *testing.T) {
		for i, c := range cases {
			t.Run(fmt.Sprintf("%s %d", c.example, i), func(t *testing.T) {
				t.Parallel()
				x, ok := bad[c.example]
				if !ok {
					t.Fatalf("no bad example is called %q", c.example)
				}
				outcomes[i] = newMending(t, tools, rule, x, c)
				outcomes[i].follow(t, c.do)
			})
		}
	})
	for _, m := range outcomes {
		if m != nil {
			maps.Copy(printed, m.printed)
			maps.Copy(ran, m.ran)
		}
	}
	for command := range printed {
		if !ran[command] && notHere[command] == "" {
			t.Errorf("the remedy prints `%s`, and no case runs it", command)
		}
	}
}

// remedyCase is a bad example, what is around it, and how its remedy is followed.
type remedyCase struct {
	example  string
	base     map[string]string // what the server has, beside the example's own base
	catalogs bool              // and the catalogs that belong to it
	with     map[string]string // what the refused change brings beside the example
	do       []step
}

// notHere are commands of remedies that change nothing in a repository, and why no
// case here runs them.
var notHere = map[string]string{
	"kubectl get terraform -n lotus-lake -w":           "waits for the cluster",
	"dlt pipeline <pipeline> drop <resource>":          "has the pipeline load again",
	"openssl rand -base64 32":                          "makes a value",
	"sops <file>":                                      "opens an editor",
	"terraform init -backend=false":                    "downloads providers",
	"terraform validate":                               "says what the gate says too",
	"terraform fmt":                                    "says what the gate says too",
	"python orchestration/airbyte/generate-catalog.py": "is the lake's own, and writes what `gate catalog --write` writes",
	"python orchestration/airbyte/discover-source.py":  "is the lake's own, and asks Airbyte",
	`kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`: "is run by package validate",
}

// mending is a pusher's clone after a refusal.
type mending struct {
	*guarded
	rule     string
	report   string           // where the server leaves its findings
	inTree   bool             // the rule judges no pushes: the working tree is judged
	findings []policy.Finding // of the rule in hand, as last printed
	printed  map[string]bool  // commands
	ran      map[string]bool
}

// newMending pushes a bad example and takes the refusal.
func newMending(t *testing.T, tools string, rule policy.Rule, x page.Example, c remedyCase) *mending {
	t.Helper()
	m := &mending{guarded: newGuarded(t), rule: rule.ID, printed: map[string]bool{}, ran: map[string]bool{}}
	m.report = filepath.Join(filepath.Dir(m.work), "findings.json")
	m.inTree = rule.ID == "state/local_state" || rule.ID == "waiver/unused" || rule.ID == "waiver/endless" // see their pages
	m.env = append(m.env, "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"), "NO_COLOR=1")
	m.guard(t, rule)
	past, changes := x.History, []page.State{{Files: x.Files}}
	if rule.When == policy.History { // what is judged is the way there
		past, changes = nil, append(x.History, changes...)
	}
	m.unguarded(t, func() {
		for p, text := range c.base {
			m.write(t, p, text)
		}
		if c.catalogs {
			if out, err := m.shell(t, "gate catalog --write"); err != nil {
				t.Fatal(out)
			}
		}
		m.commitAt(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		for _, s := range past {
			m.put(t, s.Files)
			m.commitAt(t, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC).Add(-s.Age))
		}
		m.put(t, x.Base)
		m.commitAt(t, time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC))
		m.git(t, "push", "-q", "origin", "main")
	})
	if name, rest, ok := strings.Cut(x.By, " <"); ok {
		m.env = append(m.env, "GIT_COMMITTER_NAME="+name, "GIT_COMMITTER_EMAIL="+strings.TrimSuffix(rest, ">"))
	}
	for p, text := range c.with {
		m.write(t, p, text)
	}
	m.write(t, "NOTES.md", "What else the change brings.\n")
	for _, s := range changes {
		m.put(t, s.Files)
		m.commitAt(t, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))
	}
	m.refusedBy(t, rule.ID)
	return m
}

// guard makes the gate the server's hook, which leaves its findings as JSON too. A
// rule that only warns is set to refuse.
func (m *mending) guard(t *testing.T, rule policy.Rule) {
	t.Helper()
	flags := ""
	if rule.Severity != policy.Error {
		settings := filepath.Join(filepath.Dir(m.work), "server.yaml")
		flags = " --config '" + settings + "'"
		if err := os.WriteFile(settings, []byte("rules: {"+rule.ID+": {severity: error}}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	script := "#!/bin/sh\nlines=$(cat)\nprintf '%s\\n' \"$lines\" | gate pre-receive --format json --output '" + m.report + "' --fail-on never" + flags +
		"\nprintf '%s\\n' \"$lines\" | gate pre-receive --no-color" + flags + "\n"
	if err := os.WriteFile(filepath.Join(m.bare, "hooks", "pre-receive"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

// installTools makes a directory for the front of the PATH: stand-ins for sops and ssh-keygen.
func installTools(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	for name, script := range map[string]string{"sops": sopsStandIn, "ssh-keygen": "#!/bin/sh\nexec sign-ssh \"$@\"\n"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

// sopsStandIn encrypts the data of Secrets as `sops --encrypt --in-place FILE` with
// `encrypted_regex: ^(data|stringData)$` does, without a key.
const sopsStandIn = `#!/bin/sh
[ "$1 $2" = "--encrypt --in-place" ] && [ $# = 3 ] || { echo "usage: sops --encrypt --in-place FILE" >&2; exit 1; }
awk '
  /^ *(data|stringData): *$/ { match($0, /^ */); depth = RLENGTH; inside = 1; print; next }
  inside { match($0, /^ */); if (RLENGTH <= depth) inside = 0; else sub(/: .*/, ": ENC[AES256_GCM,data:cnd=,iv:aQ==,tag:dA==,type:str]") }
  { print }
  END { print "sops:\n  lastmodified: \"2026-06-01T08:00:00Z\"\n  mac: ENC[AES256_GCM,data:bQ==,iv:aQ==,tag:dA==,type:str]\n  encrypted_regex: ^(data|stringData)$\n  version: 3.11.0" }
' "$3" > "$3.new" && mv "$3.new" "$3"
`

// put writes files of an example.
func (m *mending) put(t *testing.T, files map[string]page.File) {
	t.Helper()
	for _, p := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(m.work, filepath.FromSlash(p))
		var err error
		switch f := files[p]; {
		case f.Deleted():
			err = os.Remove(file)
		case f.Symlink != "":
			if err = os.MkdirAll(filepath.Dir(file), 0o755); err == nil {
				err = os.Symlink(f.Symlink, file)
			}
		default:
			m.write(t, p, string(f.Data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// commitAt commits everything that git does not ignore.
func (m *mending) commitAt(t *testing.T, when time.Time) {
	t.Helper()
	before := m.env
	defer func() { m.env = before }()
	date := when.Format(time.RFC3339)
	m.env = append(slices.Clone(before), "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
	m.git(t, "add", "-A")
	m.git(t, "commit", "-q", "--allow-empty", "-m", "A change")
}

// offer has the repository judged: by the server that it is pushed to, or as the
// working tree.
func (m *mending) offer(t *testing.T) (accepted bool, message string, findings []policy.Finding) {
	t.Helper()
	if m.inTree {
		said, err := m.shell(t, "gate check --fail-on warning")
		_, _ = m.shell(t, "gate check --fail-on warning --format json --output '"+m.report+"'")
		accepted, message = err == nil, said
	} else {
		v := m.push(t, "main")
		accepted, message = v.accepted, v.message
	}
	var report struct{ Findings []policy.Finding }
	if err := json.Unmarshal([]byte(read(t, m.report)), &report); err != nil {
		t.Fatal(err)
	}
	return accepted, message, report.Findings
}

// refusedBy offers what is there, wants it refused by a rule, and takes that rule's
// printed remedy in hand.
func (m *mending) refusedBy(t *testing.T, rule string) {
	t.Helper()
	accepted, message, findings := m.offer(t)
	m.findings = slices.DeleteFunc(findings, func(f policy.Finding) bool { return f.Rule != rule || !f.Blocks() })
	if accepted || len(m.findings) == 0 {
		t.Fatalf("accepted %t, %d findings of %s:\n%s", accepted, len(m.findings), rule, message)
	}
	// What people read says the same as what programs read.
	shown := squeeze(message)
	for _, f := range m.findings {
		for _, piece := range pieces(f.Remedy) {
			if !strings.Contains(shown, squeeze(piece)) && !strings.Contains(shown, squeeze(strings.ReplaceAll(piece, "<file>", f.Path))) {
				t.Errorf("the refusal does not show `%s`:\n%s", piece, message)
			}
			if isCommand(piece) {
				m.printed[piece] = true
			}
		}
	}
}

func (m *mending) accepted(t *testing.T) {
	t.Helper()
	accepted, message, findings := m.offer(t)
	if !accepted {
		t.Fatalf("refused again after the remedy was followed:\n%s", message)
	}
	for _, f := range findings {
		if f.Rule == m.rule && f.Blocks() {
			t.Errorf("accepted, and still found: %s", f.Message)
		}
	}
}

// follow takes the steps, commits and pushes.
func (m *mending) follow(t *testing.T, steps []step) {
	t.Helper()
	for _, do := range steps {
		do(t, m)
	}
	m.commitAt(t, time.Date(2026, 6, 1, 11, 0, 0, 0, time.UTC))
	m.accepted(t)
}

// shell runs a line as a pusher would, in the root of the clone.
func (m *mending) shell(t *testing.T, line string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir, cmd.Env = m.work, m.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// saying fails the test unless the remedy in hand has these words.
func (m *mending) saying(t *testing.T, words string) {
	t.Helper()
	if !slices.ContainsFunc(m.findings, func(f policy.Finding) bool { return strings.Contains(f.Remedy, words) }) {
		t.Fatalf("the remedy does not say %q: %s", words, m.findings[0].Remedy)
	}
}

var quoted = regexp.MustCompile("`([^`]+)`")

// pieces are what a remedy quotes: commands and code.
func pieces(remedy string) []string {
	var list []string
	for _, found := range quoted.FindAllStringSubmatch(remedy, -1) {
		list = append(list, found[1])
	}
	return list
}

func isCommand(piece string) bool {
	program, _, more := strings.Cut(piece, " ")
	return more && slices.Contains([]string{"git", "gate", "kubectl", "sops", "python", "rm", "terraform", "dlt", "openssl"}, program)
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

// fill puts what a pusher reads off the finding in the place of <names>.
func fill(piece string, f policy.Finding, values []string) string {
	pairs := []string{"<file>", f.Path, "<directory>", cmp.Or(path.Dir(f.Path), ".")}
	for i := 0; i < len(values); i += 2 {
		pairs = append(pairs, "<"+values[i]+">", values[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(piece)
}
