package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

func TestSteps(t *testing.T) {
	say := func(prose string) step { return step{prose: prose} }
	run := func(commands ...string) step { return step{paste: commands, shell: true} }
	tests := []struct {
		name, remedy string
		want         []step
	}{
		{"nothing", "", nil},
		{"prose", "correct the name, or delete\nwhat refers to it", []step{say("correct the name, or delete what refers to it")}},
		{"paragraphs", "one\n\ntwo", []step{say("one"), say("two")}},
		{"code that is no command", "remove `force: true`; see `git`", []step{say("remove `force: true`; see `git`")}},
		{
			"commands in a sentence", "encrypt it, `sops -e <file>`, and commit again: `git reset --soft HEAD~`, then `git commit -a`; change the value too",
			[]step{say("encrypt it,"), run("sops -e <file>"), say("and commit again:"), run("git reset --soft HEAD~", "git commit -a"), say("change the value too")},
		},
		{
			"a command aside", "run `gate catalog --write` (or `python generate.py --all`), then commit",
			[]step{say("run"), run("gate catalog --write"), say("(or `python generate.py --all`), then commit")},
		},
		{"alternatives stay apart", "`git rm a` or `git rm b`", []step{run("git rm a"), say("or"), run("git rm b")}},
		{
			"a block", "say that they are one:\nmoved {\n  from = a\n}\n\nand `git push origin`",
			[]step{say("say that they are one:"), {paste: []string{"moved {", "  from = a", "}"}}, say("and"), run("git push origin")},
		},
		{"a block after a command", "`git add a`; then:\nx", []step{run("git add a"), say("then:"), {paste: []string{"x"}}}},
		{"a colon at the end", "mend it:", []step{say("mend it:")}},
		{"one backtick", "a ` b", []step{say("a ` b")}},
		{"parentheses that do not match", "a) (b `git rm x` c", []step{say("a) (b `git rm x` c")}},
		{"a full stop behind", "run `git push origin`.", []step{say("run"), run("git push origin")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, steps(test.remedy), cmp.AllowUnexported(step{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A <file> becomes what a shell takes for that file and nothing else.
func TestRemedyNamesFiles(t *testing.T) {
	const remedy = "`git rm --cached <file>` and `git commit --amend`"
	tests := []struct {
		name  string
		paths []string
		want  []string
	}{
		{"plain", []string{"a/b-c.tf"}, []string{"git rm --cached a/b-c.tf", "git commit --amend"}},
		{"several, each once", []string{"a", "b", "a"}, []string{"git rm --cached a", "git rm --cached b", "git commit --amend"}},
		{"space and quote", []string{"it's a file"}, []string{`git rm --cached 'it'\''s a file'`, "git commit --amend"}},
		{"substitution", []string{"$(reboot)`x`;&|"}, []string{"git rm --cached '$(reboot)`x`;&|'", "git commit --amend"}},
		{"option", []string{"--all"}, []string{"git rm --cached ./--all", "git commit --amend"}},
		{"pathspec", []string{":/"}, []string{"git rm --cached ./:/", "git commit --amend"}},
		{"expanded by zsh", []string{"=ls", "~root"}, []string{"git rm --cached '=ls'", "git rm --cached '~root'", "git commit --amend"}},
		{"pattern", []string{"a*"}, []string{"git rm --cached <file>", "git commit --amend"}},
		{"not printable", []string{"a", "b\nc"}, []string{"git rm --cached <file>", "git commit --amend"}},
		{"no file", []string{""}, []string{"git rm --cached <file>", "git commit --amend"}},
		{"many", []string{"1", "2", "3", "4", "5", "6"}, []string{"git rm --cached <file>", "git commit --amend"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := Report{}
			for _, p := range test.paths {
				r.Findings = append(r.Findings, policy.Finding{Rule: "a/b", Severity: policy.Error, Path: p, Remedy: remedy})
			}
			got := remedySteps(remedy, newView(r, Visible).findings...)
			if diff := cmp.Diff([]step{{paste: test.want, shell: true}}, got, cmp.AllowUnexported(step{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
