package repo

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// benchRepo names the repository that the benchmarks read, such as a clone of the lake.
func benchRepo(b *testing.B) string {
	dir := os.Getenv("REPO_BENCH_DIR")
	if dir == "" {
		b.Skip("REPO_BENCH_DIR is not set")
	}
	return dir
}

// BenchmarkHistory lists all commits, takes all their changes and reads each distinct blob once.
func BenchmarkHistory(b *testing.B) {
	dir := benchRepo(b)
	for b.Loop() {
		commits, changes, size := readHistory(b, dir)
		b.ReportMetric(float64(commits), "commits")
		b.ReportMetric(float64(changes), "changes")
		b.ReportMetric(float64(size), "blob-bytes")
	}
}

func readHistory(b *testing.B, dir string) (commits, changes, size int64) {
	ctx := context.Background()
	r, err := Open(dir, os.Getenv)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	tip, err := r.Resolve("HEAD")
	if err != nil {
		b.Fatal(err)
	}
	list, err := r.NewCommits(ctx, []Hash{tip}, nil)
	if err != nil {
		b.Fatal(err)
	}
	seen := make(map[Hash]bool)
	for _, c := range list {
		for change, err := range r.Changes(ctx, c) {
			if err != nil {
				b.Fatal(err)
			}
			changes++
			if change.Blob.IsZero() || change.Mode == ModeSubmodule || seen[change.Blob] {
				continue
			}
			seen[change.Blob] = true
			data, _, err := r.Blob(change.Blob, 1<<30)
			if err != nil {
				b.Fatal(err)
			}
			size += int64(len(data))
		}
	}
	return int64(len(list)), changes, size
}

// BenchmarkObjects reads every object of the repository with our storage and with go-git's.
func BenchmarkObjects(b *testing.B) {
	dir := benchRepo(b)
	objects := func() *filesystem.Storage {
		return filesystem.NewStorage(osfs.New(dir+"/.git"), cache.NewObjectLRUDefault())
	}
	var hashes []Hash
	iter, err := objects().IterEncodedObjects(plumbing.AnyObject)
	if err != nil {
		b.Fatal(err)
	}
	err = iter.ForEach(func(o plumbing.EncodedObject) error {
		hashes = append(hashes, o.Hash())
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			r, err := Open(dir, os.Getenv)
			if err != nil {
				b.Fatal(err)
			}
			for _, h := range hashes {
				if _, _, err := r.objects.read(h, 1<<30); err != nil {
					b.Fatal(err)
				}
			}
			r.Close()
		}
	})
	b.Run("go-git", func(b *testing.B) {
		for b.Loop() {
			s := objects()
			for _, h := range hashes {
				o, err := s.EncodedObject(plumbing.AnyObject, h)
				if err != nil {
					b.Fatal(err)
				}
				content, err := o.Reader()
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, content); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
