package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestArchiveBombs judges archives that unpack to far more than they are. What
// the limits stop is told and is no verdict; time and memory stay bounded.
func TestArchiveBombs(t *testing.T) {
	const size = 512 // MiB
	flat := zeroZip(t, 1, size)
	many := make([]member, 20_000)
	for i := range many {
		many[i] = member{fmt.Sprintf("m/%d.txt", i), "x"}
	}
	nested := stateV4
	for range 40 {
		nested = gzipped(nested)
	}
	for name, c := range map[string]struct {
		path, content string
		code          int
		say           []string
	}{
		"one large member":          {"a.zip", flat, 3, []string{"a.zip: not inspected: "}},
		"many large members":        {"a.zip", zeroZip(t, 16, 64), 3, []string{"a.zip: not inspected: "}},
		"large gzip":                {"a.gz", zeroGzip(t, size), 3, []string{"a.gz: not inspected: "}},
		"gzip of a large gzip":      {"a.gz", gzipped(zeroGzip(t, size)), 3, []string{"a.gz: not inspected: "}},
		"large member, nested":      {"a.tgz", gzipped(tarred(member{"b.zip", flat})), 3, []string{"a.tgz: not inspected: "}},
		"deeply nested":             {"a.gz", nested, 3, []string{"a.gz: not inspected: "}},
		"many small members":        {"a.zip", zipped(many...), 3, []string{"a.zip: not inspected: zip: more than 10000 members"}},
		"state before the bomb":     {"a.tar", tarred(member{"notes", stateV4}, member{"b.zip", flat}), 3, []string{"state/committed", "a.tar: not inspected: "}},
		"a bomb in a Secret":        {"a.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: tfstate-default-lake}\ndata:\n  tfstate: " + base64Of(zeroGzip(t, 80)) + "\n", 3, []string{"a.yaml: not inspected: "}},
		"truncated zip":             {"a.zip", zipped(member{"notes", stateV4}, member{"x", "x"})[:120], -1, nil},
		"truncated gzip":            {"a.gz", gzipped(stateV4)[:60], 3, []string{"a.gz: not inspected: "}},
		"zip whose members overlap": {"a.zip", overlapping(t), -1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := runGate(t, files(t, map[string]string{c.path: c.content}), "check")
			if c.code >= 0 && o.code != c.code || c.code < 0 && o.code == 0 {
				t.Errorf("exit code %d, want %d", o.code, c.code)
			}
			for _, say := range c.say {
				if !strings.Contains(o.stdout, say) {
					t.Errorf("no word of %q", say)
				}
			}
			o.within(t, name)
			if limit := 10 * time.Second; !raceDetector && o.took > limit {
				t.Errorf("took %s, want %s at most", o.took, limit)
			}
			if t.Failed() {
				t.Logf("%.3000s%.3000s", o.stdout, o.stderr)
			}
		})
	}
}

// overlapping is an archive whose directory names one large member a thousand
// times, so that little data unpacks to much.
func overlapping(t *testing.T) string {
	t.Helper()
	text := zeroZip(t, 1, 8)
	directory := strings.LastIndex(text, "PK\x01\x02")
	end := strings.LastIndex(text, "PK\x05\x06")
	entry, tail := text[directory:end], []byte(text[end:])
	const times = 1000
	size := len(entry) * times
	tail[8], tail[9], tail[10], tail[11] = times&0xff, times>>8, times&0xff, times>>8
	tail[12], tail[13], tail[14], tail[15] = byte(size), byte(size>>8), byte(size>>16), byte(size>>24)
	return text[:directory] + strings.Repeat(entry, times) + string(tail)
}
