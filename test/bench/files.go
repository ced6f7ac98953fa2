package main

import (
	"path/filepath"
)

// files compares gate, with all its rules on whole repositories, with conftest, with five
// rules on their stream files alone.
func files(t tools, quick bool) []benchmark {
	const (
		gate, gateMany         = "gate check, 1,000 stream files", "gate check, 10,000 stream files"
		conftest, conftestMany = "conftest test, 1,000 stream files", "conftest test, 10,000 stream files"
	)
	of := func(repository, gate, conftest string) []entry {
		dir := repositoryDir(t.cache, repository)
		policies := filepath.Join(filepath.Dir(t.cache), "test", "bench", "conftest")
		return []entry{
			plain(gate, process{dir: dir, args: []string{t.gate, "check"}}),
			plain(conftest, process{dir: dir, args: []string{
				t.conftest, "test", "--quiet", "--policy", policies, "--ignore", `_catalog\.json$`, "orchestration/dag/streams",
			}}),
		}
	}
	b := benchmark{
		name:    "check of stream files",
		prepare: prepared(t, "files1000"),
		entries: of("files1000", gate, conftest),
		targets: []target{faster(gate, conftest, 5)},
	}
	if !quick {
		b.prepare = prepared(t, "files1000", "files10000")
		b.entries = append(b.entries, of("files10000", gateMany, conftestMany)...)
		b.targets = append(b.targets, faster(gateMany, conftestMany, 5), steady(gate, gateMany, 1_000, 10_000))
	}
	return []benchmark{b}
}
