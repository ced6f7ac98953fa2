package main

import "path/filepath"

// files compares gate, with all its rules on whole repositories, with conftest, with five
// rules on their stream files alone. conftest asks each rule by itself, so that five rules
// under one name cost it less than five that can be told apart, as gate's are; both are shown.
func files(t tools, quick bool) []benchmark {
	of := func(repository, count string) []entry {
		dir := repositoryDir(t.cache, repository)
		conftest := func(policies string) process {
			return process{dir: dir, args: []string{
				t.conftest, "test", "--quiet", "--policy", filepath.Join(filepath.Dir(t.cache), "test", "bench", "conftest", policies),
				"--ignore", `_catalog\.json$`, "orchestration/dag/streams",
			}}
		}
		return []entry{
			plain("gate check, "+count, process{dir: dir, args: []string{t.gate, "check"}}),
			plain("conftest test, "+count, conftest("named")),
			plain("conftest test, one name, "+count, conftest("unnamed")),
		}
	}
	b := benchmark{
		name:    "check of stream files",
		prepare: prepared(t, "files1000"),
		entries: of("files1000", "1,000 files"),
		targets: []target{faster("gate check, 1,000 files", "conftest test, 1,000 files", 5)},
	}
	if !quick {
		b.prepare = prepared(t, "files1000", "files10000")
		b.entries = append(b.entries, of("files10000", "10,000 files")...)
		b.targets = append(b.targets,
			faster("gate check, 10,000 files", "conftest test, 10,000 files", 5),
			steady("gate check, 1,000 files", "gate check, 10,000 files", 1_000, 10_000),
		)
	}
	return []benchmark{b}
}
