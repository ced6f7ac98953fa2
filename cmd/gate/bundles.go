package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// trustFlags say how bundles are reached and which may be used. They belong to
// whoever runs the gate: nothing in a repository can set them.
type trustFlags struct {
	keys        []string
	unsigned    bool
	credentials string
	ca          string
	timeout     time.Duration
}

func (f *trustFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.keys, "bundle-key", nil, "public key that bundles may be signed with, ID=FILE[,scope=SCOPE][,algorithm=ALG] (repeatable)")
	flags.BoolVar(&f.unsigned, "bundle-unsigned", false, "let bundles pass that are not signed")
	flags.StringVar(&f.credentials, "registry-config", "", "file with credentials in the format of Docker's config.json (default: those of `docker login`)")
	flags.DurationVar(&f.timeout, "bundle-timeout", 30*time.Second, "for how long a bundle is fetched or published")
	flags.StringVar(&f.ca, "bundle-ca", "", "file with certificates to trust besides the system's when a bundle is fetched")
}

// trust reads the keys.
func (f *trustFlags) trust() (bundle.Trust, error) {
	trust := bundle.Trust{Unsigned: f.unsigned}
	for _, spec := range f.keys {
		id, rest, found := strings.Cut(spec, "=")
		if !found {
			return trust, usagef("--bundle-key %s: want ID=FILE", spec)
		}
		parts := strings.Split(rest, ",")
		options := map[string]string{"scope": "", "algorithm": ""}
		for _, option := range parts[1:] {
			name, value, _ := strings.Cut(option, "=")
			if _, known := options[name]; !known || value == "" {
				return trust, usagef("--bundle-key %s: %q: want scope=SCOPE or algorithm=ALG", id, option)
			}
			options[name] = value
		}
		text, err := readKey(parts[0])
		if err != nil {
			return trust, usagef("--bundle-key %s: %w", id, err)
		}
		key, err := bundle.ParseKey(id, options["scope"], options["algorithm"], text)
		if err != nil {
			return trust, usagef("--bundle-key %s: %w", parts[0], err)
		}
		for _, other := range trust.Keys {
			if other.ID == id {
				return trust, usagef("--bundle-key %s: given twice", id)
			}
		}
		trust.Keys = append(trust.Keys, key)
	}
	return trust, nil
}

func (f *trustFlags) client() (*remote.Client, error) {
	client, err := remote.New(remote.Config{Credentials: f.credentials, Docker: true, CA: f.ca, Timeout: f.timeout, UserAgent: version.UserAgent()})
	if err != nil {
		return nil, usageError{err}
	}
	return client, nil
}

// readKey and readArchive read no more than a key or bundle may have.
func readKey(name string) ([]byte, error) { return readAtMost(name, 64<<10) }

func readArchive(name string) ([]byte, error) { return readAtMost(name, bundle.MaxArchive) }

func readAtMost(name string, most int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: more than %d bytes", name, most)
	}
	return text, err
}

// bundleFlags choose the bundles that judge.
type bundleFlags struct {
	trustFlags
	refs  []string
	cache string

	open func() ([]policy.Files, error) // once, however often rules are loaded
}

func (f *bundleFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.refs, "bundle", nil, "policy bundle, added to the shipped rules: a file, "+remote.Forms+" (repeatable)")
	cmd.Flags().StringVar(&f.cache, "bundle-cache", "", "directory that keeps the last good bundle of each reference (default: lotus-gate in the user's cache directory)")
	f.trustFlags.register(cmd)
	f.open = sync.OnceValues(func() ([]policy.Files, error) { return f.all(cmd.Context(), cmd.ErrOrStderr()) })
}

// all gets the bundles and checks them.
func (f *bundleFlags) all(ctx context.Context, stderr io.Writer) ([]policy.Files, error) {
	trust, err := f.trust()
	if err != nil {
		return nil, err
	}
	var opened []policy.Files
	for _, ref := range f.refs {
		b, err := f.one(ctx, ref, trust, stderr)
		if err != nil {
			return nil, err
		}
		opened = append(opened, b.Files(ref))
	}
	return opened, nil
}

// one gets a bundle. When what is published now cannot be had or may not be used, the
// last good one judges on, and that is said.
func (f *bundleFlags) one(ctx context.Context, name string, trust bundle.Trust, stderr io.Writer) (*bundle.Bundle, error) {
	if !remote.IsRef(name) {
		return openFile(name, trust)
	}
	ref, err := remote.ParseRef(name)
	if err != nil {
		return nil, usagef("--bundle %w", err)
	}
	client, err := f.client()
	if err != nil {
		return nil, err
	}
	store, err := f.store()
	if err != nil {
		return nil, err
	}
	var good *bundle.Bundle
	known := ""
	if kept, err := store.Load(name); err == nil {
		if good, err = bundle.Open(kept.Archive, trust); err != nil {
			good = nil // its key is not trusted any more, or somebody has touched it
		} else if known = kept.Version; ref.Pinned() && known != "" {
			return good, nil
		}
	}
	fetched, err := client.Fetch(ctx, ref, known)
	if err == nil && fetched.Archive == nil {
		return good, nil
	}
	var b *bundle.Bundle
	if err == nil {
		b, err = openArchive(name, fetched.Archive, trust)
	}
	if err == nil {
		if err := store.Save(name, fetched); err != nil {
			fmt.Fprintf(stderr, "gate: warning: bundle %s is not kept for later: %s\n", report.Visible(name), report.Visible(err.Error()))
		}
		return b, nil
	}
	if good != nil {
		fmt.Fprintf(stderr, "gate: warning: %s; its last good revision %s judges\n", report.Visible(err.Error()), report.Visible(good.Revision))
		return good, nil
	}
	return nil, err
}

func (f *bundleFlags) store() (remote.Store, error) {
	if f.cache != "" {
		return remote.Store{Dir: f.cache}, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return remote.Store{}, usagef("where are bundles kept? %w: give --bundle-cache", err)
	}
	return remote.Store{Dir: filepath.Join(dir, "lotus-gate", "bundles")}, nil
}

func openFile(name string, trust bundle.Trust) (*bundle.Bundle, error) {
	archive, err := readArchive(name)
	if err != nil {
		return nil, usagef("bundle: %w", err)
	}
	return openArchive(name, archive, trust)
}

func openArchive(name string, archive []byte, trust bundle.Trust) (*bundle.Bundle, error) {
	b, err := bundle.Open(archive, trust)
	if err != nil {
		return nil, refusal(name, err)
	}
	return b, nil
}

// refusal: a bundle that may not be used is a mistake of whoever published or
// configured it.
func refusal(name string, err error) error {
	var refused *bundle.RefusedError
	if errors.As(err, &refused) {
		return &policy.LoadError{Err: fmt.Errorf("bundle %s: refused: %w", name, err)}
	}
	return err
}
