package page

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// markdown renders the examples for people.
func (e Examples) markdown() string {
	var b strings.Builder
	section := func(title string, list []Example) {
		if len(list) == 0 {
			return
		}
		fmt.Fprintf(&b, "## %s\n\n", title)
		for _, x := range list {
			x.markdown(&b)
		}
	}
	section("Refused", e.Bad)
	section("Accepted", e.Good)
	return b.String()
}

func (x Example) markdown(b *strings.Builder) {
	_, first := utf8.DecodeRuneInString(x.Name)
	fmt.Fprintf(b, "### %s\n\n", strings.ToUpper(x.Name[:first])+x.Name[first:])
	if x.Why != "" {
		fmt.Fprintf(b, "%s\n\n", strings.TrimSpace(x.Why))
	}
	for _, s := range x.History {
		writeFiles(b, fmt.Sprintf("committed %s ago", s.Age), s.Files)
	}
	writeFiles(b, "before the change", x.Base)
	note := ""
	if len(x.Base)+len(x.History) > 0 {
		note = "the change"
	}
	if x.By != "" {
		note += ", committed by " + strings.ReplaceAll(x.By, "<", `\<`)
	}
	writeFiles(b, note, x.Files)
	if x.Request != nil {
		x.Request.markdown(b)
	}
	if x.Audit != nil {
		x.Audit.markdown(b)
	}
	for _, f := range x.Findings {
		f.markdown(b)
	}
}

func (f Finding) markdown(b *strings.Builder) {
	place := f.Field
	if f.Path != "" {
		place = fmt.Sprintf("%s:%d", f.Path, max(f.Line, 1))
	}
	if place != "" {
		place = "`" + place + "` "
	}
	fmt.Fprintf(b, "> %s%s\n\n", place, f.Message)
}

func writeFiles(b *strings.Builder, note string, files map[string]File) {
	if note != "" {
		note = " (" + note + ")"
	}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		f, note := files[p], note
		if f.Ignored {
			note += " (ignored by git)"
		}
		switch {
		case f.Deleted():
			fmt.Fprintf(b, "`%s`%s: deleted\n\n", p, note)
		case f.Symlink != "":
			fmt.Fprintf(b, "`%s`%s: a symbolic link to `%s`\n\n", p, note, f.Symlink)
		case !f.Text:
			fmt.Fprintf(b, "`%s`%s: %d bytes, not text\n\n", p, note, len(f.Data))
		default:
			fence := "```"
			for strings.Contains(string(f.Data), fence) {
				fence += "`"
			}
			fmt.Fprintf(b, "`%s`%s\n\n%s%s\n%s\n%s\n\n", p, note, fence, language(p), strings.TrimRight(string(f.Data), "\n"), fence)
		}
	}
}

// language names a file's syntax as Markdown renderers know it.
func language(p string) string {
	switch path.Ext(p) {
	case ".tf":
		return "hcl"
	case ".json", ".yaml", ".js", ".ts", ".py", ".sql", ".sh":
		return path.Ext(p)[1:]
	case ".yml":
		return "yaml"
	}
	return ""
}
