package page

import "testing"

// FuzzParse: whatever an author's examples.yaml holds, it is parsed or refused, and
// what is parsed can be checked and shown.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		houseExamples, "good: []\nbad: [", "<<: {good: [{name: a}]}", "good: &a [*a]", "good: {a: b}", "bad: [{name: a, request: {object: {? {} : x}}}]",
		"good: [{name: '', files: {a: !!binary AA==}}]", "- good", "good: [null]\nbad: [~]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		examples, err := Parse(text)
		if err != nil {
			return
		}
		examples.Check()
		Markdown(house, examples)
	})
}
