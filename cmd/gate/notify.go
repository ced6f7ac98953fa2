package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/delivery"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/receiver"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// Variables of the environment that take what must not be in a list of processes.
const (
	envReceiver  = "FLUX_RECEIVER_URL"
	envToken     = "FLUX_RECEIVER_TOKEN"
	envTokenFile = "FLUX_RECEIVER_TOKEN_FILE"
)

const (
	maxToken    = 64 << 10 // bytes of a token's file
	maxFollowed = 10       // refs of one push; each is looked for again and again
)

type notifyFlags struct {
	deliveryFlags
	receiver     string
	receiverName string
	tokenFile    string
	follow       bool
	timeout      time.Duration
	pokeTimeout  time.Duration
	ref          string
}

func newNotify() *cobra.Command {
	flags := notifyFlags{deliveryFlags: deliveryFlags{Options: kube.Options{Alone: true}}}
	cmd := &cobra.Command{
		Use:   "notify [REV]",
		Short: "Tell Flux of a push at once, and follow it until it is applied, as git's post-receive hook",
		Long: "notify reads \"<old> <new> <ref>\" lines on standard input, as git gives them to a post-receive hook, or takes a revision that was pushed. It pokes a Flux\n" +
			"Receiver of the type generic-hmac, so that its GitRepository looks at once, and with --follow tells each step until every Terraform object has applied the push,\n" +
			"or the reason why one does not get on.\n\n" +
			"The Receiver's token comes from " + envToken + ", or from the file that --token-file or " + envTokenFile + " names; its address from --receiver or\n" +
			envReceiver + ". The push is done by then: git takes no notice of how this ends, and waits for it no longer than --timeout.\n" +
			"Exit 0: told, and with --follow applied. 1: it got stuck. 2: wrong usage. 3: it could not be told or followed.",
		Example: "  gate notify --receiver https://flux.example.com --receiver-name flux-system/lake --token-file /etc/lotus-gate/token\n" +
			"  gate notify --follow --kubeconfig /etc/lotus-gate/kubeconfig --namespace lotus-lake\n" +
			"  gate notify --follow --namespace lotus-lake --ref refs/heads/main HEAD",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args) },
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.StringVar(&flags.receiver, "receiver", "", "address of the Receiver: with the path of its status.webhookPath, or the root with --receiver-name")
	f.StringVar(&flags.receiverName, "receiver-name", "", "namespace/name of the Receiver, from which and the token its path is made")
	f.StringVar(&flags.tokenFile, "token-file", "", "file with the Receiver's token")
	f.BoolVar(&flags.follow, "follow", false, "follow the push in the cluster")
	f.DurationVar(&flags.timeout, "timeout", time.Minute, "follow no longer than this")
	f.DurationVar(&flags.pokeTimeout, "poke-timeout", 5*time.Second, "give the Receiver no longer than this")
	f.StringVar(&flags.ref, "ref", "", "full name of the ref that REV was pushed to")
	return cmd
}

func (f *notifyFlags) run(cmd *cobra.Command, args []string) error {
	began := time.Now()
	if f.timeout <= 0 || f.pokeTimeout <= 0 {
		return usagef("--timeout and --poke-timeout: want more than 0")
	}
	hook, err := f.open()
	if err != nil {
		return err
	}
	git, err := f.repository(args)
	if err != nil {
		return err
	}
	if git != nil {
		defer git.Close()
	}
	updates, err := f.updates(cmd, git, args)
	if err != nil || len(updates) == 0 {
		return err
	}
	hook.lines, hook.out, hook.began = len(args) == 0, cmd.OutOrStdout(), began
	return hook.push(cmd.Context(), git, updates)
}

// hook is what is told and followed, ready to be used.
type hook struct {
	*notifyFlags
	receiver *receiver.Receiver // nil for none
	cluster  *delivery.Cluster  // nil for none
	lines    bool               // git runs it, on the server
	out      io.Writer
	began    time.Time
}

// open checks all that whoever calls can have got wrong.
func (f *notifyFlags) open() (*hook, error) {
	h := &hook{notifyFlags: f}
	address := f.receiver
	if address == "" {
		address = os.Getenv(envReceiver)
	}
	if address == "" && !f.follow {
		return nil, usagef("there is nobody to notify: give --receiver or %s, or --follow, or both", envReceiver)
	}
	var err error
	if address != "" {
		token, err := f.token()
		if err != nil {
			return nil, err
		}
		h.receiver, err = receiver.New(receiver.Config{URL: address, Name: f.receiverName, Token: token, UserAgent: version.UserAgent()})
		if err != nil {
			return nil, usageError{err}
		}
	}
	if f.follow {
		h.cluster, err = f.deliveryFlags.open()
	}
	return h, err
}

// token of the Receiver, without the line end that editors put behind it.
func (f *notifyFlags) token() ([]byte, error) {
	name := f.tokenFile
	if name == "" {
		name = os.Getenv(envTokenFile)
	}
	if name == "" {
		if text := os.Getenv(envToken); text != "" {
			return []byte(text), nil
		}
		return nil, usagef("the Receiver's token is missing: set %s, or name a file with --token-file or %s", envToken, envTokenFile)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, usagef("read the Receiver's token: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxToken+1))
	if err != nil {
		return nil, usagef("read the Receiver's token: %w", err)
	}
	if len(text) > maxToken {
		return nil, usagef("read the Receiver's token: %s has more than %d KiB", name, maxToken>>10)
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")), nil
}

// repository around the hook; nil for none where a full commit id says it all.
func (f *notifyFlags) repository(args []string) (*repo.Repo, error) {
	git, err := openRepo(f.dir)
	if err != nil && len(args) == 1 && errors.Is(err, repo.ErrNotRepository) {
		if _, bad := repo.ParseHash(args[0]); bad == nil {
			return nil, nil
		}
	}
	return git, err
}

// updates are those of the hook's lines, or the one of the command line; without those
// that delete, of which nothing comes to the cluster.
func (f *notifyFlags) updates(cmd *cobra.Command, git *repo.Repo, args []string) ([]check.Update, error) {
	if len(args) == 1 {
		tip, err := revisionOf(git, args[0])
		return []check.Update{{New: tip, Ref: f.ref}}, err
	}
	if f.ref != "" {
		return nil, usagef("--ref goes with a revision")
	}
	updates, err := check.ReadUpdates(cmd.InOrStdin())
	if err != nil {
		return nil, usagef("read standard input: %w", err)
	}
	return slices.DeleteFunc(updates, func(u check.Update) bool {
		return u.New.IsZero() || !strings.HasPrefix(u.Ref, "refs/heads/") && !strings.HasPrefix(u.Ref, "refs/tags/")
	}), nil
}

// revisionOf names a commit; without a repository its id has to.
func revisionOf(git *repo.Repo, rev string) (repo.Hash, error) {
	if git == nil {
		return repo.ParseHash(rev)
	}
	return resolve(git, rev)
}

// push tells of a push and follows it.
func (h *hook) push(ctx context.Context, git *repo.Repo, updates []check.Update) error {
	var told error
	if h.receiver != nil {
		if told = h.poke(ctx, updates); told != nil {
			fmt.Fprintf(h.out, "gate: warning: Flux was not told of this push, and finds it when it looks by itself: %s\n", report.Visible(told.Error()))
		} else {
			h.say("receiver", "told Flux to look")
		}
	}
	if h.cluster == nil {
		if told != nil {
			return exit(report.ExitUndecided)
		}
		return nil
	}
	return bounded(ctx, h.timeout, func(ctx context.Context) error {
		if len(updates) > maxFollowed {
			h.say("source", fmt.Sprintf("of %d refs the first %d are followed", len(updates), maxFollowed))
		}
		for _, u := range updates[:min(len(updates), maxFollowed)] {
			if err := h.followed(ctx, git, u); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *hook) poke(ctx context.Context, updates []check.Update) error {
	list := make([]receiver.Update, 0, min(len(updates), receiver.MaxUpdates))
	for _, u := range updates[:min(len(updates), receiver.MaxUpdates)] {
		list = append(list, receiver.Update{Ref: u.Ref, Before: u.Old.String(), After: u.New.String()})
	}
	return bounded(ctx, h.pokeTimeout, func(ctx context.Context) error { return h.receiver.Poke(ctx, list) })
}

func (h *hook) say(step, text string) {
	fmt.Fprintf(h.out, "%s  %-8s %s\n", delivery.Seconds(time.Since(h.began)), step, text)
}

// followed follows one ref to its end.
func (h *hook) followed(ctx context.Context, git *repo.Repo, u check.Update) error {
	commit, err := peeled(git, u.New)
	if err != nil {
		return fmt.Errorf("%s: %w", u.Ref, err)
	}
	target := delivery.Target{Commit: commit, Ref: u.Ref}
	out := h.cluster.Follow(ctx, target, history(ctx, git, h.lines), func(e delivery.Event) {
		_ = delivery.WriteEvent(h.out, e, time.Since(h.began))
	})
	short := commit[:min(len(commit), 10)]
	switch {
	case errors.Is(out.Err, delivery.ErrTime):
		for i := range out.Legs {
			if !out.Legs[i].Applied {
				h.say("waits", out.Legs[i].Where())
			}
		}
		return fmt.Errorf("%w (%s): `gate status %s` tells how it goes on", out.Err, brief(h.timeout), short)
	case out.Err != nil:
		return explained(h.cluster, out.Err)
	case len(out.Legs) == 0:
		name := u.Ref
		if name == "" {
			name = short
		}
		h.say("source", "no GitRepository of a Terraform object "+where(h.cluster)+" follows "+report.Visible(name)+" of this repository")
		return nil
	}
	if err := exitOf(out.Legs); err != nil {
		h.say("stuck", fmt.Sprintf("%s is not applied everywhere: `gate status %s` tells how it goes on", short, short))
		return err
	}
	h.say("applied", short)
	return nil
}

// peeled is the commit that a ref's object names.
func peeled(git *repo.Repo, id repo.Hash) (string, error) {
	if git == nil {
		return id.String(), nil
	}
	kind, of, err := git.Peel(id)
	if err != nil {
		return "", err
	}
	if kind != repo.KindCommit {
		return "", fmt.Errorf("%s is no commit", id)
	}
	return of.String(), nil
}
