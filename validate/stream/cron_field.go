package stream

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxCron bounds an expression, in bytes; the longest sensible one has about a hundred.
const maxCron = 500

// cronField is one field of a cron expression: its values, and words for them from first on.
type cronField struct {
	name      string
	low, high int
	words     []string
	first     int
}

var (
	monthWords = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	dayWords   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// values returns which values (by their distance from low) a comma-separated field has.
// special handles what only one dialect knows; it tells whether it did.
func (f cronField) values(field string, special func(part string) (bool, error)) ([]bool, error) {
	set := make([]bool, f.high-f.low+1)
	for part := range strings.SplitSeq(field, ",") {
		if part == "" {
			return nil, fmt.Errorf("the %s field %q has nothing beside a comma", f.name, field)
		}
		handled, err := special(part)
		if err == nil && !handled {
			err = f.mark(set, part)
		}
		if err != nil {
			return nil, err
		}
	}
	return set, nil
}

// mark adds `*`, `a`, `a-b`, each with or without `/step`, to set. A range that runs
// backwards goes on at the lowest value (22-2), as both dialects have it.
func (f cronField) mark(set []bool, part string) error {
	span, steps, stepped := strings.Cut(part, "/")
	step := 1
	if stepped {
		var err error
		if step, err = strconv.Atoi(steps); err != nil || step < 1 || steps[0] == '+' {
			return fmt.Errorf("the step after / in the %s field must be a number from 1 up, not %q", f.name, steps)
		}
		if step > f.high {
			return fmt.Errorf("the step %d in the %s field is larger than %d, its largest value", step, f.name, f.high)
		}
	}
	from, to := f.low, f.high
	if span != "*" {
		start, end, isRange := strings.Cut(span, "-")
		var err error
		if from, err = f.value(start); err != nil {
			return err
		}
		switch {
		case isRange:
			if to, err = f.value(end); err != nil {
				return err
			}
		case !stepped:
			to = from
		}
	}
	if to < from {
		to += len(set)
	}
	for value := from; value <= to; value += step {
		set[(value-f.low)%len(set)] = true
	}
	return nil
}

func (f cronField) value(spelt string) (int, error) {
	if i := slices.Index(f.words, strings.ToUpper(spelt)); i >= 0 {
		return f.first + i, nil
	}
	value, err := strconv.Atoi(spelt)
	if err != nil || spelt[0] == '+' {
		or := ""
		if f.words != nil {
			or = fmt.Sprintf(" or a name from %s to %s", f.words[0], f.words[len(f.words)-1])
		}
		return 0, fmt.Errorf("the %s field takes a number from %d to %d%s, not %q", f.name, f.low, f.high, or, spelt)
	}
	if value < f.low || value > f.high {
		return 0, fmt.Errorf("%d is no %s: it runs from %d to %d", value, f.name, f.low, f.high)
	}
	return value, nil
}

// everHappens tells whether one of the days is in one of the months, both counted from 0.
func everHappens(days, months []bool) bool {
	lengths := []int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	first := slices.Index(days, true)
	for month, on := range months {
		if on && first < lengths[month] {
			return true
		}
	}
	return false
}
