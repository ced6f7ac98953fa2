# METADATA
# description: Lists of glob patterns, in which * stands for any text and ? for any character.
package lib.globs

# One regular expression that matches what any of the patterns matches, in any case: a rule builds it once and tries
# hundreds of names.
expression(patterns) := sprintf("(?is)^(?:%s)$", [concat("|", [translate(pattern) | some pattern in patterns])])

translate(pattern) := replace(replace(quoted, "*", ".*"), "?", ".") if {
	quoted := regex.replace(pattern, `[.+()\[\]{}|^$\\]`, `\$0`)
}
