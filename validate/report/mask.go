package report

import (
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// hidden stands for text that may be a credential.
const hidden = "‹hidden›"

const credentialWord = `(?i)(passw|pwd|secret|stringdata|token|credential|private|(api|access|auth|account)[-_. ]?key)`

var (
	// credential is a name that says so, to the end of what belongs to it: what
	// comes next may be the value, a default for it, an argument.
	credential = lazy.Regexp(credentialWord + `[\w.-]*["'\x60)\]]*\s*[:=,|?]*\s*`)
	// credentialKey is such a name with a value.
	credentialKey = lazy.Regexp(credentialWord + `[\w.-]*["'\x60)\]]*\s*[:=]+\s*`)
	userInfo      = lazy.Regexp(`://[^/\s]*@`)
	longToken     = lazy.Regexp(`[A-Za-z0-9+/_=-]{20,}`)
	// identifier is a long token that is words: s3_secret_access_key.
	identifier = lazy.Regexp(`^([a-z]+[0-9]?[_-])+[a-z]+[0-9]?$|^([A-Z]+[0-9]?_)+[A-Z]+[0-9]?$`)
)

// mask hides what may be a credential in a line of somebody's file: the rest of
// the line after a name that says so, a password in an address, and long tokens
// with digits in them. It hides too much rather than too little.
func mask(line string) string {
	if at := credential().FindStringIndex(line); at != nil {
		line = hideRest(line, at[1])
	}
	line = userInfo().ReplaceAllString(line, "://"+hidden+"@")
	return longToken().ReplaceAllStringFunc(line, func(token string) string {
		if strings.ContainsAny(token, "0123456789") && !identifier().MatchString(token) {
			return hidden
		}
		return token
	})
}

// hideRest hides what a line says from a byte on.
func hideRest(line string, from int) string {
	if strings.TrimSpace(line[from:]) == "" {
		return line
	}
	return line[:from] + hidden
}

var (
	// valueKey is a key that holds what a line beside it names: an environment
	// variable's value, a variable's default.
	valueKey = lazy.Regexp(`(?i)(^|[\s{,(\[-])["']?(value|default|content|data|stringdata|literal)["']?\s*[:=]+\s*`)
	// ownKey is a key at the beginning of a line.
	ownKey = lazy.Regexp(`^[\s-]*["']?[\w./-]+["']?\s*[:=]\s*`)
	// goesOn is a value that stands on the lines below; openEnd may have keys there.
	goesOn  = lazy.Regexp(`^([|>][-+0-9]*|<<[-~]?["']?\w+["']?|"""|'''|[\w.]*[(\[])?\s*(#.*)?$`)
	openEnd = lazy.Regexp(`^\s*(#.*)?$`)
)

// maskLines is mask for neighbouring lines, which tell of each other what they
// mean: the value beside a name that says credential, and the lines of a value
// that begins below its key.
func maskLines(lines []string) []string {
	named := slices.ContainsFunc(lines, credential().MatchString)
	masked := make([]string, len(lines))
	below, hide := -1, maskBelow(nil) // the indentation of a key whose value goes on below it
	for i, line := range lines {
		depth := len(line) - len(strings.TrimLeft(line, " \t"))
		empty := depth == len(strings.TrimRight(line, "\r"))
		if below >= 0 && !empty && depth <= below {
			below = -1
		}
		masked[i] = mask(line)
		key, values := credentialKey().FindStringIndex(line), false
		if at := valueKey().FindStringIndex(line); named && at != nil {
			masked[i] = mask(hideRest(line, at[1]))
			key, values = at, true
		}
		switch {
		case below >= 0 && !empty:
			masked[i] = hide(line, masked[i])
		case below < 0 && key != nil && goesOn().MatchString(line[key[1]:]):
			below, hide = depth, hideLine
			if openEnd().MatchString(line[key[1]:]) && values {
				hide = hideValue
			} else if openEnd().MatchString(line[key[1]:]) {
				hide = hideKeyless
			}
		}
	}
	return masked
}

// maskBelow hides a line of a value that began above it. masked is what mask made
// of the line.
type maskBelow func(line, masked string) string

func hideLine(line, _ string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))] + hidden
}

// hideValue is for the values of a Secret, whose keys may be seen.
func hideValue(line, masked string) string {
	if at := ownKey().FindStringIndex(line); at != nil {
		return hideRest(line, at[1])
	}
	return hideLine(line, masked)
}

// hideKeyless is for a key that may have keys below it, which speak for
// themselves.
func hideKeyless(line, masked string) string {
	if ownKey().MatchString(line) {
		return masked
	}
	return hideLine(line, masked)
}

// MaskLines hides what may be a credential in neighbouring lines of what somebody
// else wrote, and makes every byte visible.
func MaskLines(lines []string) []string {
	masked := maskLines(lines)
	for i, line := range masked {
		masked[i] = Visible(line)
	}
	return masked
}
