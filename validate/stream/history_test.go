package stream

import (
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tree is a commit's files: path to blob, which is "on" or "off" and a number.
type tree map[string]string

// walk yields the trees, newest first, as commits c0, c1, …, an hour apart, and counts how
// many were taken.
func walk(taken *int, cut bool, trees ...tree) iter.Seq2[Commit, error] {
	return func(yield func(Commit, error) bool) {
		for i, files := range trees {
			*taken++
			commit := Commit{
				ID: fmt.Sprintf("c%d", i), When: hour(i), Cut: cut && i == len(trees)-1,
				Blob: func(path string) (string, error) { return files[path], nil },
			}
			if !yield(commit, nil) {
				return
			}
		}
	}
}

func hour(i int) time.Time {
	return time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC).Add(-time.Duration(i) * time.Hour)
}

func TestSettings(t *testing.T) {
	tests := map[string]struct {
		paths []string
		cut   bool
		trees []tree
		want  map[string]Setting
		taken int
	}{
		"no paths":    {nil, false, []tree{{"a": "on"}}, map[string]Setting{}, 0},
		"no commits":  {[]string{"a"}, false, nil, map[string]Setting{"a": {}}, 0},
		"uncommitted": {[]string{"a"}, false, []tree{{"a": "off"}, {"a": "on"}}, map[string]Setting{"a": {}}, 1},
		"not there":   {[]string{"a"}, false, []tree{{}, {"a": "on"}}, map[string]Setting{"a": {}}, 1},
		"set last": {
			[]string{"a"},
			false,
			[]tree{{"a": "on"}, {"a": "off"}, {"a": "on"}},
			map[string]Setting{"a": {Commit: "c0", When: hour(0)}},
			2,
		},
		"edited while on": {
			[]string{"a"},
			false,
			[]tree{{"a": "on 3"}, {"a": "on 2"}, {"a": "on 2"}, {"a": "off"}},
			map[string]Setting{"a": {Commit: "c2", When: hour(2)}},
			4,
		},
		"deletion resets": {
			[]string{"a"},
			false,
			[]tree{{"a": "on"}, {"a": "on"}, {}, {"a": "on"}},
			map[string]Setting{"a": {Commit: "c1", When: hour(1)}},
			3,
		},
		"since the root": {
			[]string{"a"},
			false,
			[]tree{{"a": "on"}, {"a": "on"}},
			map[string]Setting{"a": {Commit: "c1", When: hour(1)}},
			2,
		},
		"shallow": {
			[]string{"a"},
			true,
			[]tree{{"a": "on"}, {"a": "on"}},
			map[string]Setting{"a": {When: hour(1), Shallow: true}},
			2,
		},
		"many, in one walk": {[]string{"a", "b", "c", "a"}, true, []tree{
			{"a": "on", "b": "on", "c": "on"}, {"a": "off", "b": "on", "c": "on"}, {"a": "on", "c": "on"}, {"a": "on", "b": "on", "c": "on"},
		}, map[string]Setting{
			"a": {Commit: "c0", When: hour(0)},
			"b": {Commit: "c1", When: hour(1)},
			"c": {When: hour(3), Shallow: true},
		}, 4},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			taken := 0
			got, err := Settings(test.paths, walk(&taken, test.cut, test.trees...), func(_, blob string) (bool, error) {
				return blob[:2] == "on", nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			if taken != test.taken {
				t.Errorf("took %d commits, want %d", taken, test.taken)
			}
		})
	}
}

func TestSettingsReadsEachBlobOnce(t *testing.T) {
	taken, read := 0, 0
	trees := []tree{{"a": "on 2"}, {"a": "on 2"}, {"a": "on 2"}, {"a": "on 1"}, {"a": "on 1"}, {}}
	_, err := Settings([]string{"a"}, walk(&taken, false, trees...), func(string, string) (bool, error) { read++; return true, nil })
	if err != nil || read != 2 {
		t.Errorf("read %d blobs, %v; want 2", read, err)
	}
}

func TestSettingsErrors(t *testing.T) {
	broken := errors.New("pack is corrupt")
	yes := func(string, string) (bool, error) { return true, nil }
	tests := map[string]struct {
		history iter.Seq2[Commit, error]
		on      func(string, string) (bool, error)
		want    string
	}{
		"walk": {func(yield func(Commit, error) bool) { yield(Commit{}, broken) }, yes, "walk first parents: pack is corrupt"},
		"tree": {func(yield func(Commit, error) bool) {
			yield(Commit{ID: "c0", Blob: func(string) (string, error) { return "", broken }}, nil)
		}, yes, "read a at commit c0: pack is corrupt"},
		"blob": {func(yield func(Commit, error) bool) {
			yield(Commit{ID: "c0", Blob: func(string) (string, error) { return "b", nil }}, nil)
		}, func(string, string) (bool, error) { return false, broken }, "read a at commit c0: pack is corrupt"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			settings, err := Settings([]string{"a"}, test.history, test.on)
			if settings != nil || err == nil || err.Error() != test.want || !errors.Is(err, broken) {
				t.Errorf("%v, %v; want %s", settings, err, test.want)
			}
		})
	}
}
