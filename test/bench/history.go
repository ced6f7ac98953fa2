package main

import "context"

// history compares on a generated repository.
func history(t tools, name, repository string, least float64) benchmark {
	b := historyOf(t, name, repositoryDir(t.cache, repository), least)
	b.prepare = prepared(t, repository)
	return b
}

// historyOf compares `gate check --history` with `gitleaks git`, which looks for other
// things in the same commits. Findings are welcome: only the time counts.
func historyOf(t tools, name, dir string, least float64) benchmark {
	const gate, gitleaks = "gate check --history", "gitleaks git"
	return benchmark{
		name:    name,
		prepare: func(context.Context) error { return nil },
		entries: []entry{
			plain(gate, process{dir: dir, args: []string{t.gate, "check", "--history"}, exits: []int{1}}),
			plain(gitleaks, process{dir: dir, args: []string{t.gitleaks, "git", "--no-banner", "--log-level=error", "--exit-code=0", "."}}),
		},
		targets: []target{faster(gate, gitleaks, least)},
	}
}
