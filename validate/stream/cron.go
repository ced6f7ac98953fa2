package stream

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Cron checks the schedule of a dlt stream: five fields or @hourly and the like, as
// Dagster's own copy of croniter reads them (dagster/_vendored/croniter), which also takes
// `L` for the last day of the month, `?` for any day, `sat#2` and `L5` for a weekday's
// second and last occurrence, and ranges that run backwards. The error is a sentence that
// says what is wrong and, where it can, what to write.
func Cron(expression string) error {
	aliases := []string{"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}
	fields := strings.Fields(expression)
	switch {
	case len(expression) > maxCron:
		return fmt.Errorf("it is longer than %d bytes", maxCron)
	case len(fields) == 0:
		return errors.New(`it is empty: write five fields, such as "0 * * * *"`)
	case strings.HasPrefix(fields[0], "@"):
		if len(fields) == 1 && slices.Contains(aliases, strings.ToLower(fields[0])) {
			return nil
		}
		return fmt.Errorf("%q is unknown: use five fields or one of %s", expression, strings.Join(aliases, ", "))
	case len(fields) == 6 || len(fields) == 7:
		return fmt.Errorf("it has %d fields, as Quartz has: a dlt schedule has five (minute, hour, day of month, month, day of week) and no seconds", len(fields))
	case len(fields) != 5:
		return fmt.Errorf("it must have five fields (minute, hour, day of month, month, day of week), not %d", len(fields))
	}
	if _, err := (cronField{name: "minute", low: 0, high: 59}).values(fields[0], nothingSpecial); err != nil {
		return err
	}
	if _, err := (cronField{name: "hour", low: 0, high: 23}).values(fields[1], nothingSpecial); err != nil {
		return err
	}
	lastDay := false
	days, err := cronField{name: "day of month", low: 1, high: 31}.values(anyDay(fields[2]), func(part string) (bool, error) {
		lastDay = lastDay || strings.EqualFold(part, "L")
		return strings.EqualFold(part, "L"), nil
	})
	if err != nil {
		return err
	}
	months, err := cronField{name: "month", low: 1, high: 12, words: monthWords, first: 1}.values(fields[3], nothingSpecial)
	if err != nil {
		return err
	}
	weekday := cronField{name: "day of week", low: 0, high: 7, words: dayWords}
	if _, err := weekday.values(anyDay(fields[4]), weekday.occurrence); err != nil {
		return err
	}
	// With both kinds of days given, either is enough.
	if anyDay(fields[4]) == "*" && !lastDay && !everHappens(days, months) {
		return fmt.Errorf("it never runs: no month it names has the day %s", fields[2])
	}
	return nil
}

func nothingSpecial(string) (bool, error) { return false, nil }

func anyDay(field string) string {
	if field == "?" {
		return "*"
	}
	return field
}

// occurrence reads `sat#2` and `L5`.
func (f cronField) occurrence(part string) (bool, error) {
	if day, which, found := strings.Cut(part, "#"); found {
		if len(which) != 1 || which[0] < '1' || which[0] > '5' {
			return true, fmt.Errorf("after # in the %s field must stand a number from 1 to 5, not %q", f.name, which)
		}
		_, err := f.value(day)
		return true, err
	}
	if part[0] == 'L' || part[0] == 'l' {
		_, err := f.value(part[1:])
		return true, err
	}
	return false, nil
}
