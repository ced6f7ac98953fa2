// Package rawjson finds a part of a large JSON object without decoding the rest: the API server sends objects of megabytes, of which mutation needs some lines.
package rawjson

import (
	"bytes"
	"encoding/json"
	"errors"
)

// ErrSyntax: the text is not JSON at a place that was looked at, or something on the path is no object. What is not looked at is not checked: the text is one that a JSON
// decoder has passed, as the object of an admission review.
var ErrSyntax = errors.New("no JSON object")

// Find the value at a path of member names; nil when a member is not there or null. Of members with one name the first counts. The value is a part of the text, not a copy.
// It takes one pass over what comes before the value, and no memory.
func Find(text []byte, path ...string) ([]byte, error) {
	for _, name := range path {
		var err error
		if text, err = member(text, name); text == nil || err != nil {
			return nil, err
		}
	}
	return text, nil
}

// member of an object; nil when it is not there or null.
func member(text []byte, name string) ([]byte, error) {
	at := space(text, 0)
	if at == len(text) || text[at] != '{' {
		return nil, ErrSyntax
	}
	at = space(text, at+1)
	if at < len(text) && text[at] == '}' {
		return nil, nil
	}
	for {
		keyEnd := str(text, at)
		if keyEnd < 0 {
			return nil, ErrSyntax
		}
		key := text[at:keyEnd]
		at = space(text, keyEnd)
		if at == len(text) || text[at] != ':' {
			return nil, ErrSyntax
		}
		at = space(text, at+1)
		end := value(text, at)
		if end < 0 {
			return nil, ErrSyntax
		}
		if same(key, name) {
			if found := text[at:end]; string(found) != "null" {
				return found, nil
			}
			return nil, nil
		}
		at = space(text, end)
		if at == len(text) {
			return nil, ErrSyntax
		}
		if text[at] == '}' {
			return nil, nil
		}
		if text[at] != ',' {
			return nil, ErrSyntax
		}
		at = space(text, at+1)
	}
}

// same tells whether a quoted key is the name.
func same(key []byte, name string) bool {
	inner := key[1 : len(key)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner) == name
	}
	var text string
	return json.Unmarshal(key, &text) == nil && text == name
}

func space(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r') {
		at++
	}
	return at
}

// str is where the string that begins at a place ends, -1 when there is none.
func str(text []byte, at int) int {
	if at >= len(text) || text[at] != '"' {
		return -1
	}
	for begin := at + 1; ; {
		quote := bytes.IndexByte(text[begin:], '"')
		if quote < 0 {
			return -1
		}
		quote += begin
		escape := quote
		for escape > begin && text[escape-1] == '\\' {
			escape--
		}
		if (quote-escape)%2 == 0 {
			return quote + 1
		}
		begin = quote + 1
	}
}

// value is where the value that begins at a place ends, -1 when there is none.
func value(text []byte, at int) int {
	if at >= len(text) {
		return -1
	}
	switch text[at] {
	case '"':
		return str(text, at)
	case '{', '[':
		return nested(text, at)
	}
	end := at
	for end < len(text) && bytes.IndexByte([]byte(",]} \n\t\r\":[{"), text[end]) < 0 {
		end++
	}
	if end == at {
		return -1
	}
	return end
}

// nested object or array: depth is counted, whatever it is, so that nothing deep can exhaust the stack.
func nested(text []byte, at int) int {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			if at = str(text, at); at < 0 {
				return -1
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return at + 1
			}
		}
		at++
	}
	return -1
}
