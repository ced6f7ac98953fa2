package terraform

import (
	"regexp"
	"strings"
)

// matchFiles returns the files below dir that a fileset with this pattern would find, relative to dir. The syntax is
// Terraform's: `*`, `**`, `?`, `[…]`, `{a,b}`; https://developer.hashicorp.com/terraform/language/functions/fileset
func matchFiles(dir, pattern string, files []string) []string {
	expression, err := regexp.Compile(globExpression(pattern))
	if err != nil {
		return nil
	}
	prefix := strings.TrimSuffix(dir, "/") + "/"
	if dir == "." || dir == "" {
		prefix = ""
	}
	var found []string
	for _, file := range files {
		if name, below := strings.CutPrefix(file, prefix); below && expression.MatchString(name) {
			found = append(found, name)
		}
	}
	return found
}

func globExpression(pattern string) string {
	var b strings.Builder
	b.WriteString(`\A`)
	open := 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(`.*`)
			i++
		case c == '*':
			b.WriteString(`[^/]*`)
		case c == '?':
			b.WriteString(`[^/]`)
		case c == '[' && strings.IndexByte(pattern[i:], ']') > 1:
			end := i + strings.IndexByte(pattern[i:], ']')
			class := strings.ReplaceAll(pattern[i+1:end], `\`, `\\`)
			b.WriteString("[" + strings.Replace(class, "!", "^", 1) + "]")
			i = end
		case c == '{':
			open++
			b.WriteString("(?:")
		case c == '}' && open > 0:
			open--
			b.WriteString(")")
		case c == ',' && open > 0:
			b.WriteString("|")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String() + `\z`
}
