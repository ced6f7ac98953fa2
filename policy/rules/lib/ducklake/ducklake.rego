# METADATA
# description: |
#   Where a file attaches a DuckLake whose data lies on S3, and what its connection was given by then. DuckDB runs a
#   connection's statements in order; dbt-duckdb runs extensions, settings and secrets before attachments, whatever
#   their order in the profile.
# schemas:
#   - input: schema.code
package lib.ducklake

# The settings of DuckDB that CREATE SECRET (TYPE S3) replaces.
s3_settings := {
	"s3_access_key_id", "s3_secret_access_key", "s3_session_token", "s3_region",
	"s3_endpoint", "s3_url_style", "s3_use_ssl",
}

# Indices of the statements that attach a DuckLake on S3.
attachments contains i if {
	some i, statement in input.statements
	statement.what == "attach_ducklake"
	startswith(statement.data_path, "s3://")
}

# How messages call attachment i.
label(i) := sprintf("DuckLake catalog %s", [input.statements[i].name]) if input.statements[i].name != ""

label(i) := "a DuckLake catalog" if input.statements[i].name == ""

# Indices of the statements of a sort on the connection of attachment i.
alongside(what, name, i) := {j |
	some j, statement in input.statements
	is(statement, what, name)
	statement.scope == input.statements[i].scope
}

# A name that is put together at run time is "": it may be any, and gets the benefit of the doubt.
is(statement, what, name) if {
	statement.what == what
	statement.name in {name, ""}
}

# A statement of that sort has run by the time of attachment i. What another function of the same file does gets the
# benefit of the doubt too: it may have been handed the same connection.
prepared(what, name, i) if {
	some j in alongside(what, name, i)
	in_time(j, i)
}

prepared(what, name, i) if {
	input.language != "yaml"
	some statement in input.statements
	is(statement, what, name)
	statement.scope != input.statements[i].scope
}

in_time(_, _) if input.language == "yaml"

in_time(j, i) if j < i

# Indices of the S3 settings on the connection of attachment i.
settings(i) := {j |
	some j, statement in input.statements
	statement.what == "set"
	statement.name in s3_settings
	statement.scope == input.statements[i].scope
}
