package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy/debugger"
)

func newPolicyDebug() *cobra.Command {
	var flags lookFlags
	var listen string
	cmd := &cobra.Command{
		Use:   "debug [RULE|QUERY [DIR]]  |  debug RULE|QUERY --history [REV...]",
		Short: "Serve the debug adapter protocol: step through a rule in an editor",
		Long: "debug talks to an editor over standard input and output, or over TCP with --listen, and evaluates a rule or a query on one\n" +
			"of the documents that check would judge with the same arguments. The editor's launch configuration may name \"rule\" or \"query\",\n" +
			"\"kind\", \"path\", \"stopOnEntry\", \"stopOnFail\" and \"stopOnResult\".",
		Example: "  gate policy debug my/rule --policy my-rules --listen 127.0.0.1:4711",
		RunE: func(cmd *cobra.Command, args []string) error {
			// Editors name files by absolute paths.
			for i, path := range flags.paths {
				abs, err := filepath.Abs(path)
				if err != nil {
					return usageError{err}
				}
				flags.paths[i] = abs
			}
			var query string
			if len(args) > 0 {
				query, args = args[0], args[1:]
			}
			found, err := flags.look(cmd.Context(), args)
			if err != nil {
				return err
			}
			target := debugger.Target{Lab: found.lab, Documents: found.documents, Query: query, Text: found.set.Text}
			if listen == "" {
				return debugger.Serve(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), target)
			}
			return serveOnce(cmd, listen, target)
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&listen, "listen", "", "serve one editor on this loopback address, as 127.0.0.1:4711, in place of standard input and output")
	return cmd
}

// serveOnce waits for one editor. Documents may hold secrets, so nobody on another
// machine is let in.
func serveOnce(cmd *cobra.Command, address string, target debugger.Target) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usagef("--listen %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return usagef("--listen %s: want a loopback address such as 127.0.0.1:4711", address)
	}
	listener, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", address)
	if err != nil {
		return usagef("--listen %w", err)
	}
	defer listener.Close()
	fmt.Fprintln(cmd.ErrOrStderr(), "gate: waiting for an editor on", listener.Addr())
	defer context.AfterFunc(cmd.Context(), func() { listener.Close() })()
	conn, err := listener.Accept()
	if err != nil {
		return fmt.Errorf("wait for an editor: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(cmd.Context(), func() { conn.Close() })()
	return debugger.Serve(cmd.Context(), conn, conn, target)
}
