package repo

import (
	"errors"
	"fmt"
)

// ErrNotRepository says that no git repository contains the directory.
var ErrNotRepository = errors.New("not a git repository")

// ErrTooLarge says that an object is larger than the caller is willing to read. The size is returned beside it.
var ErrTooLarge = errors.New("object is too large")

// ErrUnknownRevision says that a revision names nothing in the repository.
var ErrUnknownRevision = errors.New("unknown revision")

// UnsupportedError says that the repository uses a feature of git that this package cannot read. Nothing can be decided
// about such a repository.
type UnsupportedError struct {
	What   string // what was met
	Remedy string // what to do about it
}

func (e *UnsupportedError) Error() string { return e.What + " is not supported: " + e.Remedy }

// MissingObjectError says that an object which should exist is in none of the object directories.
type MissingObjectError struct {
	Hash Hash
}

func (e *MissingObjectError) Error() string { return "object " + e.Hash.String() + " is missing" }

// CorruptError says that a file of the object store, or an object in it, is damaged or malformed.
type CorruptError struct {
	Where string // the file or object
	Err   error
}

func (e *CorruptError) Error() string { return e.Where + ": " + e.Err.Error() }
func (e *CorruptError) Unwrap() error { return e.Err }

func corrupt(where, format string, args ...any) error {
	return &CorruptError{Where: where, Err: fmt.Errorf(format, args...)}
}

func promisedError(h Hash) error {
	return &UnsupportedError{
		What:   "partial clone: object " + h.String() + " is missing because its remote promised it, and reading it from there",
		Remedy: "fetch everything with `git fetch --refetch --no-filter`, or clone without --filter",
	}
}
