# METADATA
# description: Names against lists of glob patterns.
package lib.globs

# Whether any of the patterns matches the name, in any case.
matches(name, patterns) if {
	some pattern in patterns
	glob.match(lower(pattern), null, lower(name))
}
