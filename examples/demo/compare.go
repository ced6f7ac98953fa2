package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// compare prints the table, and fails when a ticket is not closed.
func compare(out io.Writer, before, after *scenario.Act) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "   ticket\twithout lotus-gate\twith it")
	row := func(ticket, without, with string) { fmt.Fprintf(table, "   %s\t%s\t%s\n", ticket, without, with) }
	row("TICKET-001", fmt.Sprintf("the fix waits %s", minutes(before.Retry.Wait)), minutes(after.Retry.Wait))
	row("  slow source", "the fix waits for the source, up to an hour", fmt.Sprintf("%s after the push", after.Slow.Wait.Round(time.Second)))
	row("TICKET-003", fmt.Sprintf("%d of %d tamperings succeed", done(before.State.Tampered), len(before.State.Tampered)), fmt.Sprintf("%d of %d", done(after.State.Tampered), len(after.State.Tampered)))
	row("TICKET-004", "the new credential waits for an interval", fmt.Sprintf("%s after the change", minutes(after.Variables.Wait)))
	row("  kept runner pod", "a forced run applies the old credential", fmt.Sprintf("the new one, %s after the change", minutes(after.Kept.Wait)))
	row("TICKET-005", fmt.Sprintf("%d rollouts: old identities", before.Gateway.Rollouts), fmt.Sprintf("%d rollout, %d of 2 pods ready", after.Gateway.Rollouts, after.Gateway.Ready))
	row("  adopted", "", fmt.Sprintf("%d rollout; none for being adopted", after.Adopted.Rollouts))
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out, "\n   Times are by the clock of the tickets, but that of the slow source, which is real.")
	if after.Retry.Wait >= before.Retry.Wait || after.Slow.Wait < 0 || done(after.State.Tampered) > 0 || done(after.State.Rightful) != len(after.State.Rightful) ||
		!after.Variables.Arrived || !after.Kept.Arrived || after.Gateway.Rollouts != 1 || after.Adopted.Rollouts != 1 {
		return errors.New("not every ticket is closed")
	}
	return nil
}

func done(attempts []scenario.Attempt) int {
	n := 0
	for _, a := range attempts {
		if a.Answer == "" {
			n++
		}
	}
	return n
}

func minutes(d time.Duration) string { return d.Round(time.Second).String() }
