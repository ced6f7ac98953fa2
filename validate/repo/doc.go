// Package repo reads git: the commits a push brings, what each of them changes against every parent, trees, blobs,
// the index and the working tree. It knows nothing of policy, and is the only package that uses go-git.
//
// git itself is the oracle for everything said here. Of go-git it takes the identifiers, object kinds and file modes, the
// rules for short names of references and the configuration decoder. Objects, the index and ignore patterns are read by
// code of our own: a pre-receive hook sees several object directories at once (quarantine, repository, alternates) that
// go-git does not know of; go-git loads the index of every pack into memory, which a push to a large repository cannot
// afford, and takes three to four times as long to read the lake's objects; and its patterns differ from git's.
//
// Replace refs (refs/replace) and grafts (info/grafts) are ignored, as with GIT_NO_REPLACE_OBJECTS=1: what is judged
// is what the object store holds. Shallow boundaries are respected: a commit named in the "shallow" file has no parents.
//
// A Repo may be used by several goroutines at once, and so may the sequences it returns, each by one goroutine.
// Byte slices it returns are shared with its caches: callers must not modify them.
package repo
