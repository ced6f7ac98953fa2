package stream

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpans(t *testing.T) {
	turn := func(path string, on bool, i int) Turn {
		return Turn{Path: path, On: on, Commit: "c", When: hour(9 - i)}
	}
	off := func(path string, i int) *Turn { t := turn(path, false, i); return &t }
	tests := map[string]struct {
		turns []Turn
		want  []Span
	}{
		"none":     {nil, nil},
		"still on": {[]Turn{turn("a", true, 1)}, []Span{{"a", turn("a", true, 1), nil}}},
		"twice, and another between": {
			[]Turn{turn("b", true, 0), turn("a", true, 1), turn("b", false, 2), turn("a", false, 3), turn("b", true, 4)},
			[]Span{{"a", turn("a", true, 1), off("a", 3)}, {"b", turn("b", true, 0), off("b", 2)}, {"b", turn("b", true, 4), nil}},
		},
		"off that was not on":   {[]Turn{turn("a", false, 1)}, nil},
		"on that was on":        {[]Turn{turn("a", true, 1), turn("a", true, 2), turn("a", false, 3)}, []Span{{"a", turn("a", true, 1), off("a", 3)}}},
		"one name in another's": {[]Turn{turn("a", true, 1), turn("a/b", false, 2)}, []Span{{"a", turn("a", true, 1), nil}}},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, Spans(test.turns)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
