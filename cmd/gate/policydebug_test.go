package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-dap"

	"github.com/lotus-lake/lotus-gate/test/tree"
)

// TestPolicyDebug: an editor that connects over TCP stops in an author's file, which it
// names by its absolute path, on a document of a directory.
func TestPolicyDebug(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	rule := `# METADATA
# title: T
# description: D
# custom:
#   {severity: error, scope: document, when: tip, kinds: [manifest], remediation: R}
package my.rule

deny contains {"message": input.object.kind} if {
	input.object.spec.replicas > 3
}
`
	tree.Write(t, ".", map[string]string{
		"rules/rule.rego": rule,
		"repo/a.yaml":     "apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 5}\n",
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	said, stderr := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"policy", "debug", "--policy", "rules", "my/rule", "repo", "--listen", "127.0.0.1:0"}, strings.NewReader(""), io.Discard, stderr)
		stderr.Close()
	}()
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, said) //nolint:errcheck // what else it says does not matter
	conn, err := net.Dial("tcp", strings.TrimSpace(strings.TrimPrefix(line, "gate: waiting for an editor on ")))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	defer conn.Close()
	reader, seq := bufio.NewReader(conn), 0
	send := func(command string, request dap.RequestMessage) {
		t.Helper()
		seq++
		*request.GetRequest() = dap.Request{ProtocolMessage: dap.ProtocolMessage{Seq: seq, Type: "request"}, Command: command}
		if err := dap.WriteProtocolMessage(conn, request); err != nil {
			t.Fatal(err)
		}
	}
	var seen bytes.Buffer
	until := func(last string) dap.Message {
		t.Helper()
		for {
			message, err := dap.ReadProtocolMessage(reader)
			if err != nil {
				t.Fatalf("no %s: %v; so far\n%s", last, err, seen.Bytes())
			}
			text, _ := json.Marshal(message)
			seen.Write(append(text, '\n'))
			switch m := message.(type) {
			case dap.EventMessage:
				if m.GetEvent().Event == last {
					return m
				}
			case dap.ResponseMessage:
				if m.GetResponse().Command == last {
					return m
				}
			}
		}
	}
	send("initialize", &dap.InitializeRequest{})
	send("launch", &dap.LaunchRequest{Arguments: json.RawMessage(`{}`)})
	until("initialized")
	send("setBreakpoints", &dap.SetBreakpointsRequest{Arguments: dap.SetBreakpointsArguments{
		Source: dap.Source{Path: filepath.Join(dir, "rules", "rule.rego")}, Breakpoints: []dap.SourceBreakpoint{{Line: 9}},
	}})
	send("configurationDone", &dap.ConfigurationDoneRequest{})
	if reason := until("stopped").(*dap.StoppedEvent).Body.Reason; reason != "breakpoint" {
		t.Errorf("stopped because of %s", reason)
	}
	send("setBreakpoints", &dap.SetBreakpointsRequest{Arguments: dap.SetBreakpointsArguments{Source: dap.Source{Path: filepath.Join(dir, "rules", "rule.rego")}}})
	send("continue", &dap.ContinueRequest{Arguments: dap.ContinueArguments{ThreadId: 1}})
	until("terminated")
	send("disconnect", &dap.DisconnectRequest{})
	until("disconnect")
	if code := <-ended; code != 0 {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(seen.String(), `Deployment`) {
		t.Errorf("the result is not shown:\n%s", seen.String())
	}
}
