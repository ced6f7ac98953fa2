package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/delivery"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// wholeInterval is --wait-stable without a time: one look of every object for drift.
const wholeInterval = "interval"

type statusFlags struct {
	deliveryFlags
	format  string
	stable  string
	timeout time.Duration
}

func newStatus() *cobra.Command {
	var flags statusFlags
	cmd := &cobra.Command{
		Use:   "status [REV]",
		Short: "Say where a commit stands between git and what Terraform applied",
		Long: "status tells for every Terraform object where the newest revision of its source stands, or a revision that this repository knows: whether the source serves it,\n" +
			"whether it is planned and applied, and why not. It only reads.\n" +
			"--wait-stable waits until nothing changed for a time and every object has applied its newest revision, and names what keeps moving. Without a time it is the\n" +
			"longest interval of the objects and a minute more, since each looks for drift once in its interval.\n" +
			"Exit 0: applied, and stable where that is asked. 1: not applied, or not stable. 2: wrong usage. 3: it could not be told.",
		Example: "  gate status --namespace lotus-lake\n  gate status HEAD~1\n  gate status --wait-stable=5m",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args) },
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.StringVarP(&flags.format, "format", "o", "text", "output format: text, json")
	complete(cmd, "format", "text", "json")
	f.StringVar(&flags.stable, "wait-stable", "", "wait until nothing changed for this long")
	f.Lookup("wait-stable").NoOptDefVal = wholeInterval
	f.DurationVar(&flags.timeout, "timeout", 0, "wait no longer than this (default: three times the time of --wait-stable)")
	return cmd
}

func (f *statusFlags) run(cmd *cobra.Command, args []string) error {
	if f.format != "text" && f.format != "json" {
		return usagef("unknown format %q: want text or json", f.format)
	}
	quiet, err := f.quiet()
	if err != nil {
		return err
	}
	target, git, err := f.target(args)
	if err != nil {
		return err
	}
	if git != nil {
		defer git.Close()
	}
	cluster, err := f.open()
	if err != nil {
		return err
	}
	const once = 30 * time.Second
	if f.stable == "" {
		return bounded(cmd.Context(), once, func(ctx context.Context) error { return f.once(ctx, cmd, cluster, target, git) })
	}
	if quiet == 0 {
		err := bounded(cmd.Context(), once, func(ctx context.Context) error {
			look, err := cluster.Look(ctx)
			if err == nil {
				quiet = look.Interval() + time.Minute
			}
			return explained(cluster, err)
		})
		if err != nil {
			return err
		}
	}
	limit := f.timeout
	if limit == 0 {
		limit = 3 * quiet
	}
	return bounded(cmd.Context(), limit, func(ctx context.Context) error { return f.wait(ctx, cmd, cluster, target, git, quiet) })
}

// quiet is the time of --wait-stable, 0 for that of the objects.
func (f *statusFlags) quiet() (time.Duration, error) {
	if f.timeout < 0 || f.timeout > 0 && f.stable == "" {
		return 0, usagef("--timeout goes with --wait-stable, and is more than 0")
	}
	if f.stable == "" || f.stable == wholeInterval {
		return 0, nil
	}
	quiet, err := time.ParseDuration(f.stable)
	if err != nil || quiet <= 0 {
		return 0, usagef("--wait-stable: %q is no time such as 30s or 5m", f.stable)
	}
	if f.timeout > 0 && f.timeout <= quiet {
		return 0, usagef("--timeout %s leaves no time for --wait-stable=%s", brief(f.timeout), brief(quiet))
	}
	return quiet, nil
}

// target of the command line. Without a revision the repository does not matter.
func (f *statusFlags) target(args []string) (delivery.Target, *repo.Repo, error) {
	if len(args) == 0 {
		return delivery.Target{}, nil, nil
	}
	git, err := openRepo(f.dir)
	if err != nil {
		if id, bad := repo.ParseHash(args[0]); bad == nil && errors.Is(err, repo.ErrNotRepository) {
			return delivery.Target{Commit: id.String()}, nil, nil
		}
		return delivery.Target{}, nil, err
	}
	id, err := resolve(git, args[0])
	if err != nil {
		git.Close()
		return delivery.Target{}, nil, err
	}
	return delivery.Target{Commit: id.String()}, git, nil
}

// once tells how it is now.
func (f *statusFlags) once(ctx context.Context, cmd *cobra.Command, cluster *delivery.Cluster, target delivery.Target, git *repo.Repo) error {
	look, err := cluster.Look(ctx)
	if err != nil {
		return explained(cluster, err)
	}
	legs, err := look.Legs(target, history(ctx, git, false), f.source != "")
	if err != nil {
		return err
	}
	if err := f.some(legs, cluster); err != nil {
		return err
	}
	if err := f.write(cmd, legs); err != nil {
		return err
	}
	return exitOf(legs)
}

// some legs, or what is wrong when there are none.
func (f *statusFlags) some(legs []delivery.Leg, cluster *delivery.Cluster) error {
	switch {
	case len(legs) > 0:
		return nil
	case f.source != "":
		return fmt.Errorf("no Terraform object %s has a source named %s", where(cluster), f.source)
	}
	return fmt.Errorf("no Terraform object %s has a GitRepository, from which commits come", where(cluster))
}

func (f *statusFlags) write(cmd *cobra.Command, legs []delivery.Leg) error {
	if f.format == "json" {
		return delivery.WriteJSON(cmd.OutOrStdout(), delivery.Rest{Legs: legs})
	}
	return delivery.WriteLegs(cmd.OutOrStdout(), legs)
}

// wait until nothing changes.
func (f *statusFlags) wait(ctx context.Context, cmd *cobra.Command, cluster *delivery.Cluster, target delivery.Target, git *repo.Repo, quiet time.Duration) error {
	rest := cluster.WaitStable(ctx, target, history(ctx, git, false), quiet)
	timed := errors.Is(rest.Err, delivery.ErrTime)
	if rest.Err != nil && (!timed || rest.Legs == nil) {
		return explained(cluster, rest.Err)
	}
	if err := f.some(rest.Legs, cluster); err != nil {
		return err
	}
	if f.format == "json" {
		if err := delivery.WriteJSON(cmd.OutOrStdout(), rest); err != nil {
			return err
		}
	} else if err := delivery.WriteRest(cmd.OutOrStdout(), rest); err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if f.format == "json" {
		out = cmd.ErrOrStderr()
	}
	applied := exitOf(rest.Legs) == nil
	switch {
	case timed:
		fmt.Fprintf(out, "not stable: something changed within the last %s, until the time was over\n", brief(quiet))
	case !applied:
		fmt.Fprintf(out, "not applied, and nothing changed for %s\n", brief(quiet))
	default:
		fmt.Fprintf(out, "stable: nothing changed for %s, and every Terraform object (%d) has applied its newest revision\n", brief(quiet), len(rest.Legs))
		return nil
	}
	return exit(report.ExitFindings)
}
