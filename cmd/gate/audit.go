package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// auditFlags say what is compared: whatever is given.
type auditFlags struct {
	judgeFlags
	dir           string
	states        []string
	kube          kube.Options
	namespaces    []string
	allNamespaces bool
	airbyteURL    string
	workspace     string
	timeout       time.Duration
}

func newAudit() *cobra.Command {
	var flags auditFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Compare what git, Terraform's states and Airbyte believe, and say where pushes got stuck",
		Long: "audit reads whatever is given and compares it: the Terraform files of a checkout, or of the revision that the cluster's GitRepository serves; the\n" +
			"states in the cluster's Secrets, or in files; what Airbyte's list endpoints say; Terraform objects and workloads of the cluster.\n" +
			"It only reads. Credentials of Airbyte come from AIRBYTE_TOKEN, AIRBYTE_USERNAME and AIRBYTE_PASSWORD, or AIRBYTE_CLIENT_ID and\n" +
			"AIRBYTE_CLIENT_SECRET, or from files that these name with _FILE appended. What it could not read ends in exit 3 and is told, never passed over.",
		Example: "  gate audit --dir . --namespace lotus-lake --airbyte-url http://localhost:8001 --workspace-id 5f0c…\n" +
			"  gate audit --dir . --state terraform.tfstate\n" +
			"  gate audit --namespace lotus-lake --format resources\n" +
			"  gate audit --dir . --namespace lotus-lake --airbyte-url http://localhost:8001 --workspace-id 5f0c… --format script > mend.sh",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd) },
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.Lookup("format").Usage = "output format: " + strings.Join(report.AuditFormats, ", ")
	f.StringVar(&flags.dir, "dir", "", "checkout with the Terraform files")
	f.StringArrayVar(&flags.states, "state", nil, "file with a Terraform state (repeatable)")
	registerCluster(f, &flags.kube, ", when --context or a namespace is given")
	f.StringArrayVarP(&flags.namespaces, "namespace", "n", nil, "namespace to read (repeatable; default: all, or that of the context)")
	f.BoolVarP(&flags.allNamespaces, "all-namespaces", "A", false, "read all namespaces")
	f.StringVar(&flags.airbyteURL, "airbyte-url", "", "root of the Airbyte server, to which /api/v1/… is appended")
	f.StringVar(&flags.workspace, "workspace-id", "", "id of the Airbyte workspace")
	f.DurationVar(&flags.timeout, "timeout", 5*time.Minute, "give up after this long")
	cmd.MarkFlagsMutuallyExclusive("namespace", "all-namespaces")
	cmd.MarkFlagsRequiredTogether("airbyte-url", "workspace-id")
	return cmd
}

// cluster reports whether a cluster is to be read.
func (f *auditFlags) cluster() bool {
	return f.kube.Kubeconfig != "" || f.kube.Context != "" || len(f.namespaces) > 0 || f.allNamespaces
}

func (f *auditFlags) run(cmd *cobra.Command) error {
	if f.dir == "" && len(f.states) == 0 && !f.cluster() && f.airbyteURL == "" {
		return usagef("there is nothing to audit: give some of --dir, --state, --kubeconfig or --namespace, --airbyte-url (see `gate audit --help`)")
	}
	begun := time.Now()
	ctx, cancel := context.WithTimeout(cmd.Context(), f.timeout)
	defer cancel()
	inputs, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer inputs.close()
	facts, err := inputs.collect(ctx)
	if err != nil {
		return err
	}
	checker := inputs.checker
	judged, err := audit.Judge(ctx, checker.Engine, facts, checker.Observe)
	if err != nil {
		return err
	}
	result := check.Result{Findings: judged.Findings, Documents: judged.Documents}
	for _, n := range judged.NotInspected {
		result.NotInspected = append(result.NotInspected, check.NotInspected{Path: n.Path, Reason: n.Reason})
	}
	checker.Waive(result.Findings)
	r := newReport(checker, result, inputs.source)
	r.Undecided = judged.Undecided
	describe(&r, facts)
	r.Judged = inputs.named()
	r.Script = report.Script{AirbyteURL: f.airbyteURL, Kubeconfig: f.kube.Kubeconfig, Context: f.kube.Context}
	r.Summary.Duration = time.Since(begun)
	return f.write(cmd, r)
}
