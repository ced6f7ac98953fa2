package report

import (
	"regexp"
	"strings"
)

// hidden stands for text that may be a credential.
const hidden = "‹hidden›"

var (
	credentialKey = regexp.MustCompile(`(?i)(passw|pwd|secret|token|credential|private|(api|access|auth|account)[-_. ]?key)[^:=]*[:=]+\s*`)
	userInfo      = regexp.MustCompile(`://[^/\s]*@`)
	longToken     = regexp.MustCompile(`[A-Za-z0-9+/_=-]{20,}`)
)

// mask hides what may be a credential in a line of somebody's file: the rest of
// the line after a key that says so, a password in an address, and long tokens
// with digits in them. It hides too much rather than too little.
func mask(line string) string {
	if at := credentialKey.FindStringIndex(line); at != nil {
		line = line[:at[1]] + hidden
	}
	line = userInfo.ReplaceAllString(line, "://"+hidden+"@")
	return longToken.ReplaceAllStringFunc(line, func(token string) string {
		if strings.ContainsAny(token, "0123456789") {
			return hidden
		}
		return token
	})
}
