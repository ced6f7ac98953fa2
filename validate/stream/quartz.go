package stream

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a zone's name must be judged alike on every machine

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// Quartz checks the schedule of an Airbyte connection: a cron expression of six or seven
// fields, seconds first (org.quartz.CronExpression), and its time zone, "" for none. It
// holds to what Airbyte takes: exactly one of day of month and day of week is `?`, runs are
// a minute or more apart, and the zone is a tz name outside Etc. The error is a sentence
// that says what is wrong and, where it can, what to write.
func Quartz(expression, zone string) error {
	fields := strings.Fields(expression)
	switch {
	case len(expression) > maxCron:
		return fmt.Errorf("it is longer than %d bytes", maxCron)
	case len(fields) == 0:
		return errors.New(`it is empty: write six fields, such as "0 0 * * * ?"`)
	case len(fields) == 5:
		return fmt.Errorf("it has five fields, as ordinary cron has: Quartz counts seconds first, so write %q", quartzOf(fields))
	case len(fields) != 6 && len(fields) != 7:
		return fmt.Errorf("it must have six or seven fields (second, minute, hour, day of month, month, day of week, year), not %d", len(fields))
	}
	seconds, err := cronField{name: "second", low: 0, high: 59}.values(quartzAll(fields[0]), nothingSpecial)
	if err != nil {
		return err
	}
	if _, err := (cronField{name: "minute", low: 0, high: 59}).values(quartzAll(fields[1]), nothingSpecial); err != nil {
		return err
	}
	if _, err := (cronField{name: "hour", low: 0, high: 23}).values(quartzAll(fields[2]), nothingSpecial); err != nil {
		return err
	}
	if err := quartzDays(fields[3], fields[4], fields[5]); err != nil {
		return err
	}
	if len(fields) == 7 {
		if err := quartzYear(fields[6]); err != nil {
			return err
		}
	}
	first := slices.Index(seconds, true)
	if slices.Contains(seconds[first+1:], true) {
		return fmt.Errorf("it runs several times a minute (second field %q): Airbyte wants a minute or more between runs; write %d", fields[0], first)
	}
	return quartzZone(zone)
}

// quartzOf turns five ordinary fields into the Quartz expression that was probably meant.
func quartzOf(fields []string) string {
	day, weekday := fields[2], fields[4]
	if weekday == "*" {
		weekday = "?"
	} else if day == "*" {
		day = "?"
	}
	return strings.Join([]string{"0", fields[0], fields[1], day, fields[3], weekday}, " ")
}

// quartzAll spells the short form `/5` out, in which Quartz begins at the lowest value.
func quartzAll(field string) string {
	if strings.HasPrefix(field, "/") {
		return "*" + field
	}
	return field
}

// quartzDays checks day of month, month and day of week together.
func quartzDays(day, month, weekday string) error {
	switch {
	case day == "?" && weekday == "?":
		return errors.New(`both day of month and day of week are "?": write "*" for one of them`)
	case day != "?" && weekday != "?":
		return errors.New(`exactly one of day of month and day of week must be "?", the one that does not matter`)
	}
	months, err := cronField{name: "month", low: 1, high: 12, words: monthWords, first: 1}.values(quartzAll(month), nothingSpecial)
	if err != nil {
		return err
	}
	if day == "?" {
		return quartzWeekday(weekday)
	}
	special := false
	days, err := cronField{name: "day of month", low: 1, high: 31}.values(quartzAll(day), func(part string) (bool, error) {
		if !quartzDay().MatchString(part) {
			return false, nil
		}
		special = true
		if strings.Contains(day, ",") {
			return true, fmt.Errorf("%q stands in a list of days: Quartz takes L and W alone only", part)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	if !special && !everHappens(days, months) {
		return fmt.Errorf("it never runs: no month it names has the day %s", day)
	}
	return nil
}

// quartzDay matches L, LW, L-3, L-3W and 15W.
var quartzDay = lazy.Regexp(`^(?i:L(-([0-9]|[12][0-9]|30))?W?|([1-9]|0[1-9]|[12][0-9]|3[01])W)$`)

// quartzWeekday checks a day of week, of which 1 is Sunday: also L, 6L, FRIL, 6#3.
func quartzWeekday(field string) error {
	weekday := cronField{name: "day of week", low: 1, high: 7, words: dayWords, first: 1}
	_, err := weekday.values(quartzAll(field), func(part string) (bool, error) {
		isLast := strings.EqualFold(part[len(part)-1:], "L")
		if !isLast && !strings.Contains(part, "#") {
			return false, nil
		}
		if strings.Contains(field, ",") {
			return true, fmt.Errorf("%q stands in a list of weekdays: Quartz takes L and # alone only", part)
		}
		if !isLast {
			return weekday.occurrence(part)
		}
		if len(part) == 1 {
			return true, nil
		}
		_, err := weekday.value(part[:len(part)-1])
		return true, err
	})
	return err
}

func quartzYear(field string) error {
	year := cronField{name: "year", low: 1970, high: 2099}
	_, err := year.values(quartzAll(field), func(part string) (bool, error) {
		span, _, _ := strings.Cut(part, "/")
		from, to, _ := strings.Cut(span, "-")
		if len(to) == len(from) && to < from {
			return true, fmt.Errorf("the years %s run backwards", span)
		}
		return false, nil
	})
	return err
}

func quartzZone(zone string) error {
	switch {
	case zone == "":
		return errors.New(`it has no time zone: add one, such as cron_time_zone = "UTC"`)
	case strings.HasPrefix(strings.ToLower(zone), "etc"):
		return fmt.Errorf(`time zone %q is one that Airbyte refuses: write "UTC" or a place, such as "Europe/Berlin"`, zone)
	case zone == "Local":
		return errors.New(`time zone "Local" is not the name of a zone: write "UTC" or a place, such as "Europe/Berlin"`)
	}
	if _, err := time.LoadLocation(zone); err != nil {
		return fmt.Errorf(`time zone %q is unknown: write "UTC" or a place, such as "Europe/Berlin"`, zone)
	}
	return nil
}
