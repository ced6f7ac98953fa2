package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

const guardG = `
trust:
  approvers: [{paths: ["g/**"], emails: [ada@example.com]}]
  branches: ["release/*"]
`

// guarded is a repository with two versions of a guarded file by Ada: the branch
// old has the first, main the second.
func guarded(t *testing.T) lakeRepo {
	t.Helper()
	r := newRepo(t)
	r.commit(t, "g/a", "1", "README.md", "1")
	r.git(t, "branch", "old")
	r.commit(t, "g/a", "2")
	return r
}

// TestGuard judges by whom guarded files came to be what they are, in histories of
// every shape.
func TestGuard(t *testing.T) {
	for name, c := range map[string]struct {
		build func(t *testing.T, ada, mallory lakeRepo) // leaves HEAD at what is pushed to main
		want  []string
	}{
		"by a stranger": {
			func(t *testing.T, _, mallory lakeRepo) { mallory.commit(t, "g/b", "x") },
			[]string{"changed g/b by mallory"},
		},
		"by an approver": {func(t *testing.T, ada, _ lakeRepo) { ada.commit(t, "g/a", "x") }, nil},
		"what is not guarded": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.commit(t, "README.md", "x", "h/g/a", "x")
		}, nil},
		"removed": {
			func(t *testing.T, _, mallory lakeRepo) { mallory.commit(t, "g/a", "") },
			[]string{"removed g/a by mallory"},
		},
		"moved away": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "mv", "g/a", "b")
			mallory.commit(t)
		}, []string{"removed g/a by mallory"}},
		"its mode": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "update-index", "--chmod=+x", "g/a")
			mallory.git(t, "commit", "-q", "-m", "x")
		}, []string{"changed g/a by mallory"}},
		"a link in place of its directory": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "rm", "-q", "-r", "g")
			blob := mallory.git(t, "hash-object", "-w", "README.md")
			mallory.git(t, "update-index", "--add", "--cacheinfo", "120000,"+blob+",g")
			mallory.git(t, "commit", "-q", "-m", "x")
			mallory.git(t, "reset", "-q", "--hard")
		}, []string{"changed g by mallory", "removed g/a by mallory"}},
		"changed and changed back": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.commit(t, "g/a", "x")
			mallory.commit(t, "g/a", "2")
		}, []string{"changed g/a by mallory", "changed g/a by mallory"}},
		"an approver's commits, pushed by a stranger": {func(t *testing.T, ada, mallory lakeRepo) {
			ada.commit(t, "g/a", "x")
			mallory.commit(t, "README.md", "x")
		}, nil},
		"an approver's branch, merged by a stranger": {func(t *testing.T, ada, mallory lakeRepo) {
			ada.git(t, "checkout", "-q", "-b", "topic")
			ada.commit(t, "g/a", "x")
			ada.git(t, "checkout", "-q", "--detach", "main")
			mallory.commit(t, "README.md", "x")
			mallory.git(t, "merge", "-q", "--no-ff", "-m", "m", "topic")
		}, nil},
		"an approver's old branch, merged by a stranger": {func(t *testing.T, ada, mallory lakeRepo) {
			ada.git(t, "checkout", "-q", "-b", "topic", "old")
			ada.commit(t, "g/b", "x")
			ada.git(t, "checkout", "-q", "--detach", "main")
			mallory.git(t, "merge", "-q", "--no-ff", "-m", "m", "topic")
		}, nil},
		"a stranger's branch, merged by an approver": {func(t *testing.T, ada, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "-b", "topic")
			mallory.commit(t, "g/a", "x")
			ada.git(t, "checkout", "-q", "--detach", "main")
			ada.git(t, "merge", "-q", "--no-ff", "-m", "m", "topic")
		}, []string{"changed g/a by mallory"}},
		"a stranger's branch, taken over by an approver": {func(t *testing.T, ada, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "-b", "topic")
			mallory.commit(t, "g/a", "x")
			ada.git(t, "checkout", "-q", "--detach", "main")
			ada.git(t, "cherry-pick", "topic")
		}, nil},
		"in a merge itself": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "-b", "topic", "old")
			mallory.commit(t, "b", "x")
			mallory.git(t, "checkout", "-q", "--detach", "main")
			mallory.git(t, "merge", "-q", "--no-ff", "--no-commit", "topic")
			mallory.commit(t, "g/a", "x")
		}, []string{"changed g/a by mallory"}},
		"in a merge itself, removed": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "-b", "topic", "old")
			mallory.commit(t, "b", "x")
			mallory.git(t, "checkout", "-q", "--detach", "main")
			mallory.git(t, "merge", "-q", "--no-ff", "--no-commit", "topic")
			mallory.commit(t, "g/a", "")
		}, []string{"removed g/a by mallory"}},
		"taken back by a merge that begins elsewhere": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--detach", "old")
			mallory.commit(t, "README.md", "x")
			mallory.git(t, "merge", "-q", "-s", "ours", "-m", "m", "main")
		}, []string{"taken back g/a by mallory"}},
		"taken back by a merge on the branch": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--detach", "old")
			side := mallory.commit(t, "README.md", "x")
			merge := mallory.git(t, "commit-tree", "-p", "main", "-p", side, "-m", "m", side+"^{tree}")
			mallory.git(t, "checkout", "-q", "--detach", merge)
		}, []string{"taken back g/a by mallory"}},
		"taken back below another merge": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--detach", "old")
			mallory.commit(t, "README.md", "x")
			mallory.git(t, "merge", "-q", "-s", "ours", "-m", "m", "main")
			mallory.git(t, "branch", "hidden")
			mallory.git(t, "checkout", "-q", "--detach", "main")
			mallory.commit(t, "b", "x")
			mallory.git(t, "merge", "-q", "--no-ff", "-X", "theirs", "-m", "m2", "hidden")
		}, []string{"taken back g/a by mallory"}},
		"taken back by an approver": {func(t *testing.T, ada, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--detach", "old")
			mallory.commit(t, "README.md", "x")
			ada.git(t, "merge", "-q", "-s", "ours", "-m", "m", "main")
		}, nil},
		"gone by a merge": {func(t *testing.T, ada, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--orphan", "nothing")
			mallory.git(t, "rm", "-q", "-r", "-f", ".")
			mallory.commit(t, "b", "x")
			mallory.git(t, "merge", "-q", "-s", "ours", "--allow-unrelated-histories", "-m", "m", "main")
		}, []string{"taken back g/a by mallory"}},
		"merged with what is newer, as pull does": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--detach", "old")
			mallory.commit(t, "README.md", "x")
			mallory.git(t, "merge", "-q", "-m", "m", "main")
		}, nil},
		"an old branch, merged as it is": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "-b", "topic", "old")
			mallory.commit(t, "b", "x")
			mallory.git(t, "checkout", "-q", "--detach", "main")
			mallory.git(t, "merge", "-q", "--no-ff", "-m", "m", "topic")
		}, nil},
		"forced to what it was": {
			func(t *testing.T, _, mallory lakeRepo) { mallory.git(t, "checkout", "-q", "--detach", "old") },
			[]string{"rewound g/a by nobody"},
		},
		"forced, with more on top": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--detach", "old")
			mallory.commit(t, "README.md", "x")
		}, []string{"rewound g/a by nobody"}},
		"forced, guarded files as they were": {func(t *testing.T, ada, mallory lakeRepo) {
			ada.git(t, "checkout", "-q", "--detach", "old")
			ada.commit(t, "g/a", "2")
			mallory.commit(t, "README.md", "x")
		}, nil},
		"forced by an approver with another version": {func(t *testing.T, ada, _ lakeRepo) {
			ada.git(t, "checkout", "-q", "--detach", "old")
			ada.commit(t, "g/a", "3")
		}, nil},
		"forced, an approver's commit rewritten by a stranger": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--detach", "old")
			mallory.git(t, "cherry-pick", "main")
			mallory.git(t, "commit", "-q", "--amend", "-m", "x")
		}, []string{"changed g/a by mallory"}},
		"forced, from nothing": {func(t *testing.T, _, mallory lakeRepo) {
			mallory.git(t, "checkout", "-q", "--orphan", "nothing")
			mallory.git(t, "rm", "-q", "-r", "-f", ".")
			mallory.commit(t, "b", "x", "g/c", "x")
		}, []string{"rewound g/a by nobody", "changed g/c by mallory"}},
		"the configuration": {
			func(t *testing.T, _, mallory lakeRepo) { mallory.commit(t, ".lotus-gate.yaml", "version: 1\n") },
			[]string{"changed .lotus-gate.yaml by mallory"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ada := guarded(t)
			base := ada.git(t, "rev-parse", "main")
			ada.git(t, "checkout", "-q", "--detach")
			c.build(t, ada, ada.mallory())
			tip := ada.git(t, "rev-parse", "HEAD")
			ada.git(t, "symbolic-ref", "HEAD", "refs/heads/main")
			got := approvalsOf(t, ada, Update{hash(t, base), hash(t, tip), "refs/heads/main"})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// approvalsOf lists what is refused for who answers for it.
func approvalsOf(t *testing.T, r lakeRepo, updates ...Update) []string {
	t.Helper()
	c := checker(t, guardG)
	documents := map[string]policy.Document{}
	c.Observe = func(doc policy.Document) {
		if doc.Kind == "approval" {
			documents[doc.Path+doc.Commit] = doc
		}
	}
	res, err := c.Push(t.Context(), r.open(t), updates)
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	for _, f := range res.Findings {
		if f.Rule != "trust/unapproved_change" {
			continue
		}
		doc := documents[f.Path+f.Commit]
		by := "nobody"
		if who, ok := doc.Input["committer"].(map[string]any); ok {
			by = who["name"].(string)
		}
		refused = append(refused, doc.Input["change"].(string)+" "+f.Path+" by "+by)
	}
	return refused
}

// TestGuardedRefs: the default branch, by whatever name, and those that are named.
func TestGuardedRefs(t *testing.T) {
	ada := guarded(t)
	mallory := ada.mallory()
	base := hash(t, ada.git(t, "rev-parse", "main"))
	mallory.git(t, "checkout", "-q", "-b", "topic")
	bad := hash(t, mallory.commit(t, "g/a", "x"))
	mallory.git(t, "checkout", "-q", "--orphan", "pages")
	mallory.git(t, "rm", "-q", "-r", "-f", ".")
	pages := hash(t, mallory.commit(t, "index.html", "x"))
	mallory.git(t, "symbolic-ref", "HEAD", "refs/heads/main")
	mallory.git(t, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
	none, refused := repo.Hash{}, []string{"changed g/a by mallory"}
	for name, c := range map[string]struct {
		update Update
		want   []string
	}{
		"known from another branch": {Update{base, bad, "refs/heads/main"}, refused},
		"an alias of the default":   {Update{base, bad, "refs/heads/alias"}, refused},
		"another branch":            {Update{base, bad, "refs/heads/topic"}, nil},
		"a new one":                 {Update{none, bad, "refs/heads/proposal"}, nil},
		"a named one":               {Update{base, bad, "refs/heads/release/1"}, refused},
		"a new named one":           {Update{none, bad, "refs/heads/release/1"}, refused},
		"a new named one, as it is": {Update{none, base, "refs/heads/release/1"}, nil},
		"a new one of its own":      {Update{none, pages, "refs/heads/release/1"}, nil},
		"a tag":                     {Update{none, bad, "refs/tags/main"}, nil},
		"another ref":               {Update{none, bad, "refs/for/main"}, nil},
		"the default goes":          {Update{base, none, "refs/heads/main"}, []string{"deleted .lotus-gate.yaml by nobody"}},
		"its alias goes":            {Update{base, none, "refs/heads/alias"}, []string{"deleted .lotus-gate.yaml by nobody"}},
		"another goes":              {Update{bad, none, "refs/heads/topic"}, nil},
		"a named one goes":          {Update{bad, none, "refs/heads/release/1"}, nil},
	} {
		if diff := cmp.Diff(c.want, approvalsOf(t, ada, c.update)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestGuardRange: in CI the range is judged as if it were pushed, and what happened
// on the base since is none of its doing.
func TestGuardRange(t *testing.T) {
	ada := guarded(t)
	mallory := ada.mallory()
	at := func(rev string) repo.Hash { return hash(t, ada.git(t, "rev-parse", rev)) }
	mallory.git(t, "checkout", "-q", "-b", "clean", "old")
	mallory.commit(t, "README.md", "x")
	mallory.git(t, "branch", "unmerged")
	mallory.git(t, "merge", "-q", "-m", "m", "main")
	mallory.git(t, "checkout", "-q", "-b", "back", "unmerged")
	mallory.git(t, "merge", "-q", "-s", "ours", "-m", "m", "main")
	mallory.git(t, "checkout", "-q", "-b", "bad", "clean")
	mallory.commit(t, "g/a", "x")
	ada.git(t, "checkout", "-q", "main")
	ada.commit(t, "g/a", "3")
	for tip, want := range map[string]int{"clean": 0, "unmerged": 0, "back": 1, "bad": 1} {
		res, err := checker(t, guardG).Range(t.Context(), ada.open(t), at("main"), at(tip))
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, f := range res.Findings {
			if f.Rule == "trust/unapproved_change" {
				got++
			}
		}
		if got != want {
			t.Errorf("%s: %d findings, want %d: %+v", tip, got, want, res.Findings)
		}
	}
}

// TestGuardFirst: what begins a repository is judged as well, when the server
// brings the configuration.
func TestGuardFirst(t *testing.T) {
	mallory := newRepo(t).mallory()
	tip := mallory.commit(t, "g/a", "x")
	mallory.git(t, "update-ref", "-d", "refs/heads/main")
	got := approvalsOf(t, mallory, Update{repo.Hash{}, hash(t, tip), "refs/heads/main"})
	if diff := cmp.Diff([]string{"changed g/a by mallory"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
