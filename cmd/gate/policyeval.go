package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy/inspect"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

func newPolicyEval() *cobra.Command {
	var flags lookFlags
	var options inspect.Options
	var format string
	cmd := &cobra.Command{
		Use:   "eval RULE|QUERY [DIR]  |  eval RULE|QUERY --history [REV...]",
		Short: "Evaluate a rule or any query on the documents of a repository",
		Long: "eval builds the documents that check would judge with the same arguments, and evaluates a rule's deny, or any query, on each of them.\n" +
			"print() is shown, and so are errors. Documents hold the content of files, secrets included: mind where you paste them.",
		Example: "  gate policy eval stream/missing_key\n  gate policy eval my/rule --policy my-rules --explain notes --path deploy/\n" +
			"  gate policy eval 'input.object.kind' --kind manifest --profile",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usagef("unknown format %q: want text or json", format)
			}
			found, err := flags.look(cmd.Context(), args[1:])
			if err != nil {
				return err
			}
			return found.eval(cmd, args[0], options, format)
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&options.Explain, "explain", "", "show how each result came about: "+strings.Join(inspect.Explanations, ", "))
	cmd.Flags().BoolVar(&options.Profile, "profile", false, "show the most costly lines")
	cmd.Flags().StringVarP(&format, "format", "o", "text", "output format: text, json")
	return cmd
}

// evaluated is a document and what a query gave for it.
type evaluated struct {
	Path   string          `json:"path"`
	Kind   string          `json:"kind"`
	Commit string          `json:"commit,omitempty"`
	Values []any           `json:"values"` // none: undefined
	Prints []inspect.Print `json:"prints,omitempty"`
	Trace  []string        `json:"trace,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// silent reports whether there is nothing to show: undefined, or empty sets.
func (e evaluated) silent() bool {
	return e.Error == "" && len(e.Prints)+len(e.Trace) == 0 && !slices.ContainsFunc(e.Values, func(value any) bool {
		list, ok := value.([]any)
		return !ok || len(list) > 0
	})
}

const costliest = 15 // lines of a profile

func (l look) eval(cmd *cobra.Command, text string, options inspect.Options, format string) error {
	query, err := l.lab.Query(text)
	if err != nil {
		return err
	}
	evaluation, err := l.lab.Evaluate(cmd.Context(), query, options)
	if err != nil {
		return err
	}
	results := []evaluated{}
	failed := l.undecided
	for _, doc := range inspect.Select(l.documents, query.Kinds, "", "") {
		answer, err := evaluation.Ask(cmd.Context(), doc)
		result := evaluated{doc.Path, doc.Kind, doc.Commit, answer.Values, answer.Prints, answer.Trace, ""}
		if err != nil {
			result.Error = err.Error()
			failed = fmt.Errorf("%s could not be evaluated on some documents", query.Text)
		}
		if result.Values == nil {
			result.Values = []any{}
		}
		results = append(results, result)
	}
	var costs []inspect.Cost
	if options.Profile {
		costs = evaluation.Profile(costliest)
	}
	if format == "json" {
		err = writeEvaluatedJSON(cmd.OutOrStdout(), query.Text, results, costs)
	} else {
		err = writeEvaluated(cmd.OutOrStdout(), query.Text, results, costs)
	}
	if err != nil {
		return err
	}
	return failed
}

func writeEvaluatedJSON(w io.Writer, query string, results []evaluated, costs []inspect.Cost) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Query     string         `json:"query"`
		Documents []evaluated    `json:"documents"`
		Profile   []inspect.Cost `json:"profile,omitempty"`
	}{query, results, costs})
}

func writeEvaluated(w io.Writer, query string, results []evaluated, costs []inspect.Cost) error {
	var b strings.Builder
	silent := 0
	for _, r := range results {
		if r.silent() {
			silent++
			continue
		}
		fmt.Fprintf(&b, "%s\n", report.Visible(whereabouts(r)))
		for _, p := range r.Prints {
			fmt.Fprintf(&b, "  %s\n", report.Visible(fmt.Sprintf("print %s:%d: %s", p.Path, p.Line, p.Text)))
		}
		for _, line := range r.Trace {
			fmt.Fprintf(&b, "  %s\n", report.Visible(line))
		}
		if r.Error != "" {
			fmt.Fprintf(&b, "  error: %s\n", report.Visible(r.Error))
		}
		for _, value := range r.Values {
			text, err := asText(value)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "  %s\n", text)
		}
	}
	fmt.Fprintf(&b, "%s: %s, %d without a result\n", query, counted(len(results), "document"), silent)
	if len(costs) > 0 {
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "\nTIME\tEVALUATED\tREDONE\tLINE\tEXPRESSION")
		for _, c := range costs {
			expression, _, _ := strings.Cut(c.Text, "\n")
			fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\n", c.Time.Round(time.Microsecond), c.Evals, c.Redos,
				report.Visible(fmt.Sprintf("%s:%d", c.Path, c.Line)), report.Visible(expression))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func whereabouts(r evaluated) string {
	text := fmt.Sprintf("%s (%s)", r.Path, r.Kind)
	if r.Commit != "" {
		text += fmt.Sprintf(" in commit %.12s", r.Commit)
	}
	return text
}

func asText(value any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("  ", "  ")
	err := enc.Encode(value)
	return report.VisibleLines(b.String()), err
}
