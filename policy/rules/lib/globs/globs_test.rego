package lib.globs_test

import data.lib.globs

test_matches if {
	globs.matches("MINIO_ROOT_USER", ["s3_*", "minio_*"])
	globs.matches("minio_user", ["MINIO_*"])
	globs.matches("a.minio_user", ["*minio_*"])
}

test_does_not_match if {
	not globs.matches("my_minio_user", ["minio_*"])
	not globs.matches("minio", ["minio_*"])
	not globs.matches("minio_user", [])
}
