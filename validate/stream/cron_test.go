package stream

import (
	"strings"
	"testing"
)

func TestCron(t *testing.T) {
	for _, expression := range []string{
		"0 * * * *", "*/15 0-6,18-23/2 1,15 jan-MAR mon-fri", "@daily", "@Hourly", "@annually", " 5  4 * * 7 ",
		"0 0 L * *", "0 0 ? * 1", "0 0 1 * ?", "0 0 * * sat#2", "0 0 * * L5", "0 22-2 * * *", "0 0 * * fri-mon",
		"10/5 * * * *", "0 0 31 2 1", "0 0 29 2 *", "0 0 30,31 2,4 *",
	} {
		if err := Cron(expression); err != nil {
			t.Errorf("%q: %v", expression, err)
		}
	}
	for expression, want := range map[string]string{
		"":                        `it is empty: write five fields, such as "0 * * * *"`,
		"   ":                     `it is empty: write five fields, such as "0 * * * *"`,
		"0 0 * * * ?":             "it has 6 fields, as Quartz has: a dlt schedule has five (minute, hour, day of month, month, day of week) and no seconds",
		"* * * *":                 "it must have five fields (minute, hour, day of month, month, day of week), not 4",
		"@reboot":                 `"@reboot" is unknown: use five fields or one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually`,
		"@daily @daily":           `"@daily @daily" is unknown: use five fields or one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually`,
		"60 * * * *":              "60 is no minute: it runs from 0 to 59",
		"* 24 * * *":              "24 is no hour: it runs from 0 to 23",
		"* * 0 * *":               "0 is no day of month: it runs from 1 to 31",
		"* * * 13 *":              "13 is no month: it runs from 1 to 12",
		"* * * * 8":               "8 is no day of week: it runs from 0 to 7",
		"* * * * monday":          `the day of week field takes a number from 0 to 7 or a name from SUN to SAT, not "monday"`,
		"* * * january *":         `the month field takes a number from 1 to 12 or a name from JAN to DEC, not "january"`,
		"a * * * *":               `the minute field takes a number from 0 to 59, not "a"`,
		"+5 * * * *":              `the minute field takes a number from 0 to 59, not "+5"`,
		"-5 * * * *":              `the minute field takes a number from 0 to 59, not ""`,
		"1- * * * *":              `the minute field takes a number from 0 to 59, not ""`,
		"? * * * *":               `the minute field takes a number from 0 to 59, not "?"`,
		"1,,2 * * * *":            `the minute field "1,,2" has nothing beside a comma`,
		"*/0 * * * *":             `the step after / in the minute field must be a number from 1 up, not "0"`,
		"*/ * * * *":              `the step after / in the minute field must be a number from 1 up, not ""`,
		"*/90 * * * *":            "the step 90 in the minute field is larger than 59, its largest value",
		"0 0 * * sat#6":           `after # in the day of week field must stand a number from 1 to 5, not "6"`,
		"0 0 * * L9":              "9 is no day of week: it runs from 0 to 7",
		"0 0 30 2 *":              "it never runs: no month it names has the day 30",
		"0 0 31 4,6,9,11 *":       "it never runs: no month it names has the day 31",
		strings.Repeat("1,", 300): "it is longer than 500 bytes",
	} {
		if err := Cron(expression); err == nil || err.Error() != want {
			t.Errorf("%q\n got %v\nwant %s", expression, err, want)
		}
	}
}

func TestQuartz(t *testing.T) {
	for _, expression := range []string{
		"0 0,20,40 * * * ?", "0 5,15,25,35,45,55 * * * ?", "0 0 12 * * ?", "30 0/20 * ? * MON-FRI", "0 0 0 L * ?", "0 0 0 LW * ?",
		"0 0 0 L-3 * ?", "0 0 0 L-3W * ?", "0 0 0 15W * ?", "0 0 0 ? * L", "0 0 0 ? * 6L", "0 0 0 ? * fril", "0 0 0 ? * 6#3",
		"0 0 0 ? * FRI#1", "0 0 22-2 * NOV-FEB ?", "0 0 0 1 1 ? 2026-2030/2", "0 0 0 1 1 ? *", "0 /5 * * * ?", "0 0 0 29 2 ?",
	} {
		if err := Quartz(expression, "UTC"); err != nil {
			t.Errorf("%q: %v", expression, err)
		}
	}
	for expression, want := range map[string]string{
		"":                      `it is empty: write six fields, such as "0 0 * * * ?"`,
		"0 * * * *":             `it has five fields, as ordinary cron has: Quartz counts seconds first, so write "0 0 * * * ?"`,
		"0 0 * * 1":             `it has five fields, as ordinary cron has: Quartz counts seconds first, so write "0 0 0 ? * 1"`,
		"0 0 *":                 "it must have six or seven fields (second, minute, hour, day of month, month, day of week, year), not 3",
		"0 0 0 * * *":           `exactly one of day of month and day of week must be "?", the one that does not matter`,
		"0 0 0 ? * ?":           `both day of month and day of week are "?": write "*" for one of them`,
		"0,30 * * * * ?":        `it runs several times a minute (second field "0,30"): Airbyte wants a minute or more between runs; write 0`,
		"* * * * * ?":           `it runs several times a minute (second field "*"): Airbyte wants a minute or more between runs; write 0`,
		"10/20 * * * * ?":       `it runs several times a minute (second field "10/20"): Airbyte wants a minute or more between runs; write 10`,
		"0/60 * * * * ?":        "the step 60 in the second field is larger than 59, its largest value",
		"60 * * * * ?":          "60 is no second: it runs from 0 to 59",
		"0 0 24 * * ?":          "24 is no hour: it runs from 0 to 23",
		"0 0 0 ? * 0":           "0 is no day of week: it runs from 1 to 7",
		"0 0 0 L,15 * ?":        `"L" stands in a list of days: Quartz takes L and W alone only`,
		"0 0 0 L-31 * ?":        `the day of month field takes a number from 1 to 31, not "L"`,
		"0 0 0 32W * ?":         `the day of month field takes a number from 1 to 31, not "32W"`,
		"0 0 0 ? * 2#6":         `after # in the day of week field must stand a number from 1 to 5, not "6"`,
		"0 0 0 ? * MON#1,3":     `"MON#1" stands in a list of weekdays: Quartz takes L and # alone only`,
		"0 0 0 ? * XL":          `the day of week field takes a number from 1 to 7 or a name from SUN to SAT, not "X"`,
		"0 0 0 30 2 ?":          "it never runs: no month it names has the day 30",
		"0 0 0 1 1 ? 1969":      "1969 is no year: it runs from 1970 to 2099",
		"0 0 0 1 1 ? 2030-2026": "the years 2030-2026 run backwards",
		"@daily":                "it must have six or seven fields (second, minute, hour, day of month, month, day of week, year), not 1",
	} {
		if err := Quartz(expression, "UTC"); err == nil || err.Error() != want {
			t.Errorf("%q\n got %v\nwant %s", expression, err, want)
		}
	}
	for zone, want := range map[string]string{
		"UTC": "", "Europe/Berlin": "", "America/Argentina/Buenos_Aires": "", "GMT": "",
		"":               `it has no time zone: add one, such as cron_time_zone = "UTC"`,
		"Etc/UTC":        `time zone "Etc/UTC" is one that Airbyte refuses: write "UTC" or a place, such as "Europe/Berlin"`,
		"Local":          `time zone "Local" is not the name of a zone: write "UTC" or a place, such as "Europe/Berlin"`,
		"Europe/Berlinn": `time zone "Europe/Berlinn" is unknown: write "UTC" or a place, such as "Europe/Berlin"`,
		"../../secret":   `time zone "../../secret" is unknown: write "UTC" or a place, such as "Europe/Berlin"`,
	} {
		err := Quartz("0 0 * * * ?", zone)
		if got := errorText(err); got != want {
			t.Errorf("zone %q\n got %s\nwant %s", zone, got, want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// FuzzSchedules looks for panics and for texts that both dialects take, which have
// different numbers of fields.
func FuzzSchedules(f *testing.F) {
	for _, seed := range []string{"0 * * * *", "0 0,20,40 * * * ?", "0 0 0 L-3W * ? 2026-2030/2", "@daily", "0 0 ? * 6#3", "1-/#, * L * *", "0 0 0 ? * #"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		five, six := Cron(expression), Quartz(expression, "UTC")
		if five == nil && six == nil {
			t.Errorf("%q is ordinary cron and Quartz", expression)
		}
	})
}
