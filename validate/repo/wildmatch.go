package repo

import "strings"

// outcome of matching a part of a pattern. Giving up early keeps patterns with many stars from taking exponential time.
type outcome int

const (
	matched outcome = iota
	unmatched
	giveUp          // no longer text would help either
	giveUpToAnyPath // only a ** further left can help
)

// wildmatch matches a name as gitignore does: ? * [classes] and \escapes. With byPath no wildcard matches a slash, but
// for ** as a whole component, which matches any number of directories.
func wildmatch(pattern, text string, byPath bool) bool {
	return match(pattern, text, byPath) == matched
}

func match(pattern, text string, byPath bool) outcome {
	for i := 0; i < len(pattern); i++ {
		if text == "" && pattern[i] != '*' {
			return giveUp
		}
		switch pattern[i] {
		case '*':
			next, anyPath, skip := star(pattern, i, byPath)
			if skip && match(pattern[next+1:], text, byPath) == matched {
				return matched
			}
			if next < len(pattern) && pattern[next] == '/' && !anyPath {
				slash := strings.IndexByte(text, '/')
				if slash < 0 {
					return unmatched
				}
				text, i = text[slash+1:], next
				continue
			}
			return matchStar(pattern[next:], text, byPath, anyPath)
		case '?':
			if byPath && text[0] == '/' {
				return unmatched
			}
		case '[':
			ok, end := class(pattern, i, text[0])
			if end < 0 {
				return giveUp
			}
			if !ok || byPath && text[0] == '/' {
				return unmatched
			}
			i = end
		case '\\':
			if i++; i == len(pattern) || pattern[i] != text[0] {
				return unmatched
			}
		default:
			if pattern[i] != text[0] {
				return unmatched
			}
		}
		text = text[1:]
	}
	if text != "" {
		return unmatched
	}
	return matched
}

// star looks at the stars that begin at i: where the pattern goes on, whether they match slashes, and whether "**/" may
// also match nothing.
func star(pattern string, i int, byPath bool) (next int, anyPath, skip bool) {
	for next = i + 1; next < len(pattern) && pattern[next] == '*'; next++ {
	}
	if !byPath {
		return next, true, false
	}
	rest := pattern[next:]
	if next == i+1 || i > 0 && pattern[i-1] != '/' {
		return next, false, false
	}
	if rest == "" || rest[0] == '/' || strings.HasPrefix(rest, `\/`) {
		return next, true, strings.HasPrefix(rest, "/")
	}
	return next, false, false
}

// matchStar lets a star match ever more of the text until the rest of the pattern matches what is left.
func matchStar(rest, text string, byPath, anyPath bool) outcome {
	if rest == "" {
		if !anyPath && strings.Contains(text, "/") {
			return unmatched
		}
		return matched
	}
	for ; text != ""; text = text[1:] {
		if result := match(rest, text, byPath); result != unmatched {
			if !anyPath || result != giveUpToAnyPath {
				return result
			}
		} else if !anyPath && text[0] == '/' {
			return giveUpToAnyPath
		}
	}
	return giveUp
}

// class matches a byte against the bracket expression that begins at i, and returns where it ends, or -1 if it does not.
func class(pattern string, i int, c byte) (ok bool, end int) {
	i++
	negated := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negated {
		i++
	}
	var last byte // begins a range, 0 if none may begin here
	for first := true; ; first = false {
		if i >= len(pattern) {
			return false, -1
		}
		p := pattern[i]
		switch {
		case p == ']' && !first:
			return ok != negated, i
		case p == '\\':
			if i++; i >= len(pattern) {
				return false, -1
			}
			last = pattern[i]
			ok = ok || c == last
		case p == '-' && last != 0 && i+1 < len(pattern) && pattern[i+1] != ']':
			if i++; pattern[i] == '\\' {
				if i++; i >= len(pattern) {
					return false, -1
				}
			}
			ok = ok || last <= c && c <= pattern[i]
			last = 0
		case p == '[' && i+1 < len(pattern) && pattern[i+1] == ':':
			close := strings.IndexByte(pattern[i+2:], ']')
			if close < 0 {
				return false, -1
			}
			name, isClass := strings.CutSuffix(pattern[i+2:i+2+close], ":")
			if !isClass { // an ordinary bracket, then
				last = p
				ok = ok || c == p
				break
			}
			in, known := inClass(name, c)
			if !known {
				return false, -1
			}
			ok, last = ok || in, 0
			i += 2 + close
		default:
			last = p
			ok = ok || c == p
		}
		i++
	}
}

// inClass tells whether a byte is in a named class of ASCII characters.
func inClass(name string, c byte) (in, known bool) {
	lower, upper, digit := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9'
	graph := '!' <= c && c <= '~'
	switch name {
	case "alnum":
		return lower || upper || digit, true
	case "alpha":
		return lower || upper, true
	case "blank":
		return c == ' ' || c == '\t', true
	case "cntrl":
		return c < ' ' || c == 0x7f, true
	case "digit":
		return digit, true
	case "graph":
		return graph, true
	case "lower":
		return lower, true
	case "print":
		return graph || c == ' ', true
	case "punct":
		return graph && !lower && !upper && !digit, true
	case "space":
		return strings.IndexByte(" \t\n\r\v\f", c) >= 0, true
	case "upper":
		return upper, true
	case "xdigit":
		return digit || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F', true
	}
	return false, false
}
