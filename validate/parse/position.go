package parse

import "sort"

// Position is a place in one file: the line from 1, the column from 1 in bytes.
type Position struct {
	Line, Column int
}

// Before tells whether p comes first in the file.
func (p Position) Before(o Position) bool {
	return p.Line < o.Line || p.Line == o.Line && p.Column < o.Column
}

// Lines holds the offset at which each line of a file begins.
type Lines []int

// LinesOf finds the lines of a file; there is always one.
func LinesOf(data []byte) Lines {
	starts := Lines{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// place is the position of a byte offset.
func (l Lines) place(offset int) (line, column int) {
	line = sort.SearchInts(l, offset+1)
	return line, offset - l[line-1] + 1
}
