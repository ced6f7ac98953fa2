# METADATA
# description: Ends a message with the name that was probably meant.
package lib.suggest

# METADATA
# description: '"" for null, else "; did you mean NAME?"'
nearest(null) := ""

nearest(name) := sprintf("; did you mean %s?", [name]) if is_string(name)
