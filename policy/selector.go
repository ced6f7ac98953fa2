package policy

import (
	"regexp"
	"strings"
	"sync"
)

// requirement is one part of a label selector: a key alone, or with a value or a
// list of values. Compiled on first use, for the gate hardly ever needs it.
var requirement = sync.OnceValue(func() *regexp.Regexp {
	const (
		name  = `([A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)`
		label = `[a-z0-9](?:[a-z0-9-]*[a-z0-9])?`
		key   = `(?:` + label + `(?:\.` + label + `)*/)?` + name
	)
	return regexp.MustCompile(`^(?:!?` + key + `|` + key + ` ?(?:=|==|!=) ?` + name + `?|` + key + ` (?:in|notin) \(([^()]*)\))$`)
})

var labelValue = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$`) })

const longestLabel = 63 // bytes of a label's name or value, as the API has it

// isSelector reports whether text is a label selector as Kubernetes writes it. It
// takes a little less than Kubernetes does.
func isSelector(text string) bool {
	for text != "" {
		end := strings.IndexByte(text, ',')
		if open := strings.IndexByte(text, '('); open >= 0 && open < end {
			end = strings.IndexByte(text, ')') + 1
		}
		part, rest := text, ""
		if end > 0 && end < len(text) {
			if text[end] != ',' || strings.TrimSpace(text[end+1:]) == "" {
				return false
			}
			part, rest = text[:end], strings.TrimPrefix(text[end+1:], " ")
		}
		if !isRequirement(part) {
			return false
		}
		text = rest
	}
	return true
}

func isRequirement(text string) bool {
	match := requirement().FindStringSubmatch(text)
	if match == nil {
		return false
	}
	for _, name := range match[1 : len(match)-1] {
		if len(name) > longestLabel {
			return false
		}
	}
	for value := range strings.SplitSeq(match[len(match)-1], ",") {
		if value = strings.TrimPrefix(value, " "); len(value) > longestLabel || !labelValue().MatchString(value) {
			return false
		}
	}
	return true
}
