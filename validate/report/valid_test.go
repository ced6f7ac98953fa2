package report

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
)

// nasty has every nasty text in every place.
func nasty() Report {
	r := Report{Undecided: []string{"x"}, Rules: func(id string) (policy.Rule, bool) {
		return policy.Rule{ID: id, Title: id, Description: id, Severity: policy.Error, Remediation: id, Ticket: id}, true
	}, Source: func(path, _ string, line int) ([]string, int, bool) { return []string{path, path}, line, true }, Framed: func(string) bool { return true }}
	for i, n := range nastyText {
		s := n.text
		r.Findings = append(r.Findings, policy.Finding{
			Rule: s, Severity: policy.Severity(i%3 + 1), Message: s, Remedy: s, Path: s, Line: i - 1, Column: i - 1,
			Field: s, Commit: s, Ticket: s, Docs: s, Existing: i%4 == 1, Waived: i%5 == 1,
		})
		r.NotInspected = append(r.NotInspected, NotInspected{s, s, s})
		r.Undecided = append(r.Undecided, s)
		r.Resources = append(r.Resources, Resource{
			Name: s, Title: s, Git: s, State: s, Airbyte: s, Place: s, Line: i - 1, Kind: graphColumns[i%3], ID: s, Source: s, Destination: s, Held: [3]Held{Present, Held(i % 3), Absent},
		})
		r.Deliveries = append(r.Deliveries, Delivery{Name: s, Step: "plan", Reason: s, Served: s, Applied: s})
		r.Revisions = append(r.Revisions, Revision{Commit: s, Subject: s})
	}
	r.Findings = policy.Sort(r.Findings)
	return r
}

// checkers say what makes a document of each format valid.
var checkers = map[string]func(got string, r Report) error{
	"text": printableLines, "table": printableLines, "json": checkJSON, "sarif": checkSARIF,
	"gitlab": checkGitLab, "github": checkGitHub, "tap": checkTAP, "junit": checkJUnit, "markdown": checkComment, "html": checkHTML,
}

func checkAll(t *testing.T, r Report) {
	t.Helper()
	for _, format := range Formats {
		got := write(t, format, r, Options{})
		if err := errors.Join(printableLines(got, r), checkers[format](got, r)); err != nil {
			t.Errorf("%s: %v\n%s", format, err, got)
		}
	}
}

func TestNastyTextIsValidEverywhere(t *testing.T) {
	checkAll(t, nasty())
	for _, n := range nastyText {
		checkAll(t, Report{Findings: []policy.Finding{{Rule: n.text, Severity: policy.Error, Message: n.text, Path: n.text, Line: 1, Column: 1}}})
	}
}

func TestSamplesAreValidEverywhere(t *testing.T) {
	for _, r := range []Report{refused(), passed(), settled(), undecided()} {
		checkAll(t, r)
	}
}

func FuzzWrite(f *testing.F) {
	for i, n := range nastyText {
		f.Add(n.text, n.text, n.text, i, i, i%8)
	}
	f.Fuzz(func(t *testing.T, rule, path, text string, line, column, kind int) {
		flag := func(bit int) bool { return kind>>bit&1 == 1 }
		found := policy.Finding{
			Rule: rule, Severity: policy.Severity(uint(kind)%3 + 1), Message: text, Remedy: text, Path: path, Line: line, Column: column,
			Field: text, Commit: text, Ticket: rule, Docs: text, Existing: flag(0), Waived: flag(1),
		}
		r := nasty()
		r.Findings, r.NotInspected, r.Undecided = []policy.Finding{found, found}, []NotInspected{{path, rule, text}}, nil
		if flag(2) {
			r.Undecided = []string{text}
		}
		r.Source = func(string, string, int) ([]string, int, bool) { return strings.Split(text, "\n"), line, true }
		checkAll(t, r)
	})
}

func printableLines(got string, _ Report) error {
	for line := range strings.Lines(got) {
		if shown := Visible(strings.TrimSuffix(line, "\n")); shown+"\n" != line {
			return fmt.Errorf("not printable: %s", shown)
		}
	}
	return nil
}

func checkJSON(got string, r Report) error {
	var doc document
	dec := json.NewDecoder(strings.NewReader(got))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		return err
	}
	for i, f := range doc.Findings {
		want := valid(r.Findings[i].Message)
		if f.Message != want {
			return fmt.Errorf("message %q, want %q", f.Message, want)
		}
	}
	return sameLength(len(doc.Findings), len(r.Findings), len(doc.NotInspected), len(r.NotInspected), len(doc.Undecided), len(r.Undecided))
}

// checkGitLab is GitLab's list of required fields.
func checkGitLab(got string, r Report) error {
	var issues []gitlabIssue
	if err := json.Unmarshal([]byte(got), &issues); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, issue := range issues {
		if issue.Fingerprint == "" || seen[issue.Fingerprint] {
			return fmt.Errorf("fingerprint %q is empty or repeated", issue.Fingerprint)
		}
		seen[issue.Fingerprint] = true
		if issue.Location.Path == "" || issue.Location.Lines.Begin < 1 || !regexp.MustCompile("^(info|minor|major|blocker)$").MatchString(issue.Severity) {
			return fmt.Errorf("GitLab would refuse %+v", issue)
		}
	}
	return sameLength(len(issues), len(r.Findings)-r.Count().Waived+len(r.NotInspected)+len(r.Undecided))
}

var githubLine = regexp.MustCompile(`^(::(error|warning|notice) (file=[^:,]+,(line=\d+,(col=\d+,)?)?)?title=[^:,]*::.*|lotus-gate: .*)$`)

func checkGitHub(got string, r Report) error {
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	for _, line := range lines {
		if !githubLine.MatchString(line) {
			return fmt.Errorf("not a workflow command: %q", line)
		}
	}
	return sameLength(len(lines), len(r.Findings)+len(r.NotInspected)+len(r.Undecided)+1)
}

var tapPoint = regexp.MustCompile(`^(not )?ok \d+ - ([^\\#]|\\\\|\\#)*( # (TODO|SKIP) ([^\\#]|\\\\|\\#)*)?$`)

func checkTAP(got string, r Report) error {
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	points, block := 0, ""
	for i, line := range lines[2:] {
		switch {
		case strings.HasPrefix(line, "  "):
			block += line[2:] + "\n"
			if line != "  ..." {
				continue
			}
			var diagnostic map[string]string
			if err := yaml.Unmarshal([]byte(block), &diagnostic); err != nil {
				return fmt.Errorf("diagnostic: %w\n%s", err, block)
			}
			block = ""
		case strings.HasPrefix(line, "Bail out!") && i == len(lines)-3 && len(r.Undecided) > 0:
		case tapPoint.MatchString(line):
			points++
		default:
			return fmt.Errorf("not TAP: %q", line)
		}
	}
	want := len(r.Findings) + len(r.NotInspected)
	if want == 0 && len(r.Undecided) == 0 {
		want = 1
	}
	return sameLength(points, want)
}

func checkJUnit(got string, r Report) error {
	dec := xml.NewDecoder(strings.NewReader(got))
	cases := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "testcase" {
			cases++
		}
	}
	if !utf8.ValidString(got) || strings.ContainsRune(got, utf8.RuneError) && !strings.Contains(fmt.Sprint(r), "\ufffd") {
		return errors.New("characters were lost")
	}
	return sameLength(cases, max(len(r.Findings)+len(r.NotInspected)+len(r.Undecided), 1))
}

func sameLength(pairs ...int) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] != pairs[i+1] {
			return fmt.Errorf("%d entries, want %d", pairs[i], pairs[i+1])
		}
	}
	return nil
}
