package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/airbyte"
	"github.com/lotus-lake/lotus-gate/validate/audit/checkout"
	"github.com/lotus-lake/lotus-gate/validate/audit/collect"
	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// auditInputs is what an audit reads, opened but not read.
type auditInputs struct {
	*auditFlags
	key     leaf.Key
	git     *repo.Repo // around --dir, nil for none
	checker *check.Checker
	source  reader
	cluster *collect.Cluster // nil for none
	airbyte *airbyte.Client  // nil for none
}

// open checks everything that whoever calls can have got wrong.
func (f *auditFlags) open(ctx context.Context) (*auditInputs, error) {
	in := &auditInputs{auditFlags: f, key: leaf.NewKey()}
	if f.dir != "" {
		if info, err := os.Stat(f.dir); err != nil {
			return nil, usageError{err}
		} else if !info.IsDir() {
			return nil, usagef("--dir %s is a file: want a directory", f.dir)
		}
		git, err := openRepo(f.dir)
		if err != nil && !errors.Is(err, repo.ErrNotRepository) {
			return nil, err
		}
		if err == nil {
			in.git = git
		}
	}
	settings, err := f.loadConfig(func() ([]byte, error) {
		if f.dir == "" {
			return nil, nil
		}
		return configIn(f.dir)
	})
	var own []policy.Files
	if err == nil {
		own, err = policiesIn(ctx, f.dir, in.git, settings.Policies)
	}
	if err == nil {
		in.checker, err = f.checkerIn(report.AuditFormats, settings, own)
	}
	if err == nil {
		err = in.openServers()
	}
	if err != nil {
		in.close()
		return nil, err
	}
	in.source = sourceOf(in.git, f.dir)
	return in, nil
}

func (in *auditInputs) openServers() error {
	if in.auditFlags.cluster() {
		options := in.kube
		if len(in.namespaces) == 1 {
			options.Namespace = in.namespaces[0]
		}
		client, err := kube.Open(options)
		if err != nil {
			return usageError{err}
		}
		in.cluster = &collect.Cluster{Client: client, Namespaces: in.namespaces}
		for _, kind := range audit.Kinds {
			in.cluster.Identities = append(in.cluster.Identities, in.checker.Engine.Strings(kind, "identities")...)
		}
		slices.Sort(in.cluster.Identities)
		in.cluster.Identities = slices.Compact(in.cluster.Identities)
	}
	if in.airbyteURL == "" {
		return nil
	}
	credentials, err := airbyte.CredentialsFrom(os.Getenv)
	if err != nil {
		return usageError{err}
	}
	in.airbyte, err = airbyte.New(airbyte.Config{URL: in.airbyteURL, Workspace: in.workspace, Credentials: credentials, UserAgent: version.UserAgent(), Key: in.key})
	if err != nil {
		return usageError{err}
	}
	return nil
}

func (in *auditInputs) close() {
	if in.git != nil {
		in.git.Close()
	}
}

// collect reads everything. What could not be read is told in the facts; an error is
// a mistake in the arguments, or the end of the run's time.
func (in *auditInputs) collect(ctx context.Context) (*audit.Facts, error) {
	facts := &audit.Facts{Key: in.key, Now: in.checker.Now}
	if in.airbyte != nil {
		inventory, err := in.airbyte.List(ctx)
		if err != nil {
			facts.Undecided = append(facts.Undecided, err.Error())
		}
		facts.Airbyte = inventory
	}
	if in.cluster != nil {
		if err := in.cluster.Collect(ctx, facts); err != nil {
			return nil, err
		}
	}
	states, err := in.files(ctx, facts)
	if err != nil {
		return nil, err
	}
	if err := checkout.StateFiles(states, in.cluster != nil, facts); err != nil {
		return nil, usageError{err}
	}
	if facts.Git != nil && facts.States == nil && in.airbyte == nil {
		facts.NotInspected = append(facts.NotInspected, audit.NotInspected{Path: "state and Airbyte", Reason: "not given, so git is compared with nothing: add --namespace or --state, and --airbyte-url"})
	}
	if in.airbyte != nil && facts.Airbyte != nil {
		collect.Jobs(ctx, in.airbyte, facts)
	}
	return facts, nil
}

// files reads the checkout, or else what the cluster's sources serve, and names the
// state files.
func (in *auditInputs) files(ctx context.Context, facts *audit.Facts) ([]checkout.StateFile, error) {
	var states []checkout.StateFile
	for _, file := range in.states {
		states = append(states, in.stateFile(file))
	}
	if in.dir == "" {
		return states, in.served(ctx, facts)
	}
	place, err := in.checker.Workplace(ctx, in.dir, in.git)
	if err != nil {
		return nil, err
	}
	for _, p := range place.States {
		found := checkout.StateFile{Path: p, File: filepath.Join(in.dir, filepath.FromSlash(p)), Inside: true}
		if !slices.ContainsFunc(states, func(s checkout.StateFile) bool { return s.Inside && s.Path == p }) {
			states = append(states, found)
		}
	}
	if err := in.tree(ctx, place.Tree, "", place.Since, facts); err != nil {
		return nil, err
	}
	for _, c := range place.Recent {
		facts.Git.Commits = append(facts.Git.Commits, audit.Commit{Commit: c.Hash.String(), Subject: c.Subject, When: c.CommitterTime})
	}
	return states, nil
}

// stateFile is a file of --state; one that lies in the checkout belongs to the module
// beside it.
func (in *auditInputs) stateFile(file string) checkout.StateFile {
	named := checkout.StateFile{Path: filepath.ToSlash(file), File: file, Given: true}
	if in.dir == "" {
		return named
	}
	dir, err := filepath.Abs(in.dir)
	if err != nil {
		return named
	}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return named
	}
	if relative, err := filepath.Rel(dir, absolute); err == nil && filepath.IsLocal(relative) {
		named.Path, named.Inside = filepath.ToSlash(relative), true
	}
	return named
}

// served reads what the sources of the Terraform objects serve, when all have one.
func (in *auditInputs) served(ctx context.Context, facts *audit.Facts) error {
	if in.cluster == nil || len(in.cluster.Artifacts) == 0 {
		return nil
	}
	if len(in.cluster.Artifacts) > 1 {
		facts.NotInspected = append(facts.NotInspected, audit.NotInspected{Path: "git", Reason: "the Terraform objects have several sources: choose a checkout with --dir, or one namespace"})
		return nil
	}
	for _, artifact := range in.cluster.Artifacts {
		tree, err := checkout.Artifact(ctx, in.cluster.Client, artifact)
		if err != nil {
			facts.Undecided = append(facts.Undecided, "git is not audited: "+err.Error()+"; give a checkout with --dir")
			return nil
		}
		return in.tree(ctx, tree, artifact.Revision, nil, facts)
	}
	return nil
}

func (in *auditInputs) tree(ctx context.Context, tree lake.Tree, revision string, since lake.Since, facts *audit.Facts) error {
	if err := checkout.Git(tree, revision, facts); err != nil {
		return err
	}
	view := lake.NewView(tree, lake.Settings{Layout: in.checker.Config.Layout})
	return checkout.Backfills(ctx, view, since, facts)
}
