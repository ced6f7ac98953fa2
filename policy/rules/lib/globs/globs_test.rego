package lib.globs_test

import data.lib.globs

matches(name, patterns) := regex.match(globs.expression(patterns), name)

test_matches if {
	matches("MINIO_ROOT_USER", ["s3_*", "minio_*"])
	matches("minio_user", ["MINIO_*"])
	matches("a.minio_user", ["*minio_*"])
	matches("key1", ["key?"])
	matches(`a.b+(c)[d]{e}|^$\`, [`a.b+(c)[d]{e}|^$\`])
}

test_does_not_match if {
	not matches("my_minio_user", ["minio_*"])
	not matches("minio", ["minio_*"])
	not matches("minio_user", [])
	not matches("key", ["key?"])
	not matches("axb", ["a.b"])
}
