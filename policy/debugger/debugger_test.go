package debugger_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-dap"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/debugger"
	"github.com/lotus-lake/lotus-gate/policy/inspect"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

const rule = `# METADATA
# title: T
# description: D
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: R
#   parameters:
#     most: {description: P, default: 3}
package my.rule

deny contains {"message": message} if {
	name := input.object.metadata.name
	print("looking at", name)
	input.object.spec.replicas > data.parameters["my/rule"].most
	message := sprintf("%s has too many", [name])
}
`

// lineOf is the 1-based line of the rule that holds a text.
func lineOf(text string) int {
	before, _, _ := strings.Cut(rule, text)
	return strings.Count(before, "\n") + 1
}

// TestSession is a whole debug session, as an editor leads it.
func TestSession(t *testing.T) {
	e, file := start(t)
	e.ask(&dap.InitializeRequest{Arguments: dap.InitializeRequestArguments{AdapterID: "gate", LinesStartAt1: true}}, "initialize")
	e.ask(&dap.LaunchRequest{Arguments: json.RawMessage(`{"rule": "my/rule", "path": "deploy/b.yaml", "stopOnResult": false}`)}, "launch")
	e.event("initialized")
	e.ask(&dap.SetBreakpointsRequest{Arguments: dap.SetBreakpointsArguments{
		Source: dap.Source{Path: file}, Breakpoints: []dap.SourceBreakpoint{{Line: lineOf("input.object.spec.replicas")}},
	}}, "setBreakpoints")
	e.ask(&dap.ConfigurationDoneRequest{}, "configurationDone")

	stopped := e.event("stopped").(*dap.StoppedEvent)
	if stopped.Body.Reason != "breakpoint" {
		t.Errorf("stopped because of %s", stopped.Body.Reason)
	}
	thread := stopped.Body.ThreadId
	threads := e.ask(&dap.ThreadsRequest{}, "threads").(*dap.ThreadsResponse)
	if len(threads.Body.Threads) != 1 || threads.Body.Threads[0].Id != thread {
		t.Errorf("threads: %+v", threads.Body.Threads)
	}
	where := func() (string, int) {
		t.Helper()
		trace := e.ask(&dap.StackTraceRequest{Arguments: dap.StackTraceArguments{ThreadId: thread}}, "stackTrace").(*dap.StackTraceResponse)
		top := trace.Body.StackFrames[0]
		return top.Source.Path, top.Line
	}
	if path, line := where(); path != file || line != lineOf("input.object.spec.replicas") {
		t.Errorf("stopped at %s:%d", path, line)
	}
	if got := e.variables(thread, "Locals")["name"]; got != `"web"` {
		t.Errorf("name is %s", got)
	}
	if got := e.variables(thread, "Input")["input"]; !strings.Contains(got, `"kind": "manifest"`) {
		t.Errorf("input is %s", got)
	}
	if got := e.variables(thread, "Data")["data"]; !strings.Contains(got, "my/rule") {
		t.Errorf("data is %s", got)
	}

	line := 0
	for n := 0; n < 10 && line != lineOf("message := sprintf"); n++ { // a line has several steps
		e.ask(&dap.NextRequest{Arguments: dap.NextArguments{ThreadId: thread}}, "next")
		e.event("stopped")
		_, line = where()
	}
	if line != lineOf("message := sprintf") {
		t.Errorf("after ten steps at line %d", line)
	}
	e.ask(&dap.SetBreakpointsRequest{Arguments: dap.SetBreakpointsArguments{Source: dap.Source{Path: file}}}, "setBreakpoints")
	e.ask(&dap.ContinueRequest{Arguments: dap.ContinueArguments{ThreadId: thread}}, "continue")
	e.event("terminated")
	for _, want := range []string{"data.my.rule.deny on manifest deploy/b.yaml", "looking at web", "web has too many"} {
		if !strings.Contains(e.said.String(), want) {
			t.Errorf("the console does not say %q:\n%s", want, e.said.String())
		}
	}
	e.ask(&dap.DisconnectRequest{}, "disconnect")
	e.ends()
}

// TestShippedRule: a rule without a file can be stepped into and read.
func TestShippedRule(t *testing.T) {
	e, _ := start(t)
	e.ask(&dap.InitializeRequest{}, "initialize")
	e.ask(&dap.LaunchRequest{Arguments: json.RawMessage(`{"query": "manifest/forced", "stopOnEntry": true}`)}, "launch")
	e.ask(&dap.ConfigurationDoneRequest{}, "configurationDone")
	thread := e.event("stopped").(*dap.StoppedEvent).Body.ThreadId
	source := &dap.Source{}
	for range 20 { // the query itself has no file
		trace := e.ask(&dap.StackTraceRequest{Arguments: dap.StackTraceArguments{ThreadId: thread}}, "stackTrace").(*dap.StackTraceResponse)
		if source = trace.Body.StackFrames[0].Source; source != nil {
			break
		}
		e.ask(&dap.StepInRequest{Arguments: dap.StepInArguments{ThreadId: thread}}, "stepIn")
		e.event("stopped")
	}
	if source == nil || source.Name != "manifest/forced/forced.rego" || source.Path != "" {
		t.Fatalf("source: %+v", source)
	}
	text := e.ask(&dap.SourceRequest{Arguments: dap.SourceArguments{SourceReference: source.SourceReference}}, "source").(*dap.SourceResponse)
	if !strings.Contains(text.Body.Content, "package manifest.forced") {
		t.Errorf("its text:\n%s", text.Body.Content)
	}
	e.ask(&dap.TerminateRequest{}, "terminate")
	e.event("terminated")
	e.hangsUp()
	e.ends()
}

// TestRefusals: what cannot be done is told to the editor, and the conversation goes on.
func TestRefusals(t *testing.T) {
	e, _ := start(t)
	launch := func(configuration string) dap.RequestMessage {
		return &dap.LaunchRequest{Arguments: json.RawMessage(configuration)}
	}
	for _, c := range []struct {
		request dap.RequestMessage
		command string
		want    string
	}{
		{&dap.ThreadsRequest{}, "threads", "nothing is being debugged"},
		{&dap.EvaluateRequest{}, "evaluate", "nothing is being debugged"},
		{launch(`{}`), "launch", "what is to be debugged?"},
		{launch(`[]`), "launch", "launch configuration: "},
		{launch(`{"rule": "my/rul"}`), "launch", `unknown rule "my/rul": did you mean "my/rule"?`},
		{launch(`{"query": "data.x ="}`), "launch", "rego_parse_error"},
		{launch(`{"rule": "my/rule", "path": "none"}`), "launch", "no document of the repository is one for my/rule at none"},
		{launch(`{"query": "http.send({})"}`), "launch", "unsafe built-in function calls in expression: http.send"},
		{&dap.SourceRequest{Arguments: dap.SourceArguments{SourceReference: 9}}, "source", "no source 9"},
	} {
		if got := e.refused(c.request, c.command); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s; want %s", c.command, got, c.want)
		}
	}
	e.ask(launch(`{"rule": "my/rule"}`), "launch")
	if got := e.refused(launch(`{"rule": "my/rule"}`), "launch"); got != "there is a session already" {
		t.Errorf("a second launch: %s", got)
	}
	if got := e.refused(&dap.EvaluateRequest{}, "evaluate"); got != "evaluate is not supported" {
		t.Errorf("evaluate: %s", got)
	}
	e.ask(&dap.DisconnectRequest{}, "disconnect")
	e.ends()
}

// TestNoProtocol: what is no message of the protocol ends the conversation.
func TestNoProtocol(t *testing.T) {
	for text, want := range map[string]string{"": "", "GET / HTTP/1.1\r\n\r\n": "read a message of the debug adapter protocol: "} {
		err := debugger.Serve(t.Context(), strings.NewReader(text), io.Discard, debugger.Target{})
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// editor leads a conversation.
type editor struct {
	t      *testing.T
	to     io.WriteCloser
	seq    int
	from   chan dap.Message
	events []dap.EventMessage // that came, and nobody has asked for
	said   *strings.Builder   // what the console shows
	ended  chan error
}

// start serves two documents and a rule of an author beside the shipped ones.
func start(t *testing.T) (*editor, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "rule.rego")
	if err := os.WriteFile(file, []byte(rule), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := policy.Load(rules.FS, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	lab, err := inspect.New(set, policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var docs []policy.Document
	for _, path := range []string{"deploy/a.yaml", "deploy/b.yaml"} {
		docs = append(docs, policy.Document{Kind: "manifest", Path: path, Input: map[string]any{"encrypted": false, "object": map[string]any{
			"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform",
			"metadata": map[string]any{"name": "web"}, "spec": map[string]any{"replicas": 5, "force": true},
		}}})
	}
	requests, to := io.Pipe()
	from, answers := io.Pipe()
	e := &editor{t: t, to: to, from: make(chan dap.Message, 100), said: &strings.Builder{}, ended: make(chan error, 1)}
	go func() {
		e.ended <- debugger.Serve(t.Context(), requests, answers, debugger.Target{Lab: lab, Documents: docs, Text: set.Text})
		answers.Close()
	}()
	go func() {
		defer close(e.from)
		reader := bufio.NewReader(from)
		for {
			message, err := dap.ReadProtocolMessage(reader)
			if err != nil {
				return
			}
			e.from <- message
		}
	}()
	t.Cleanup(func() { to.Close() })
	return e, file
}

// next is the next message from the adapter.
func (e *editor) next(awaited string) dap.Message {
	e.t.Helper()
	select {
	case message, ok := <-e.from:
		if !ok {
			e.t.Fatalf("the adapter hung up while %s was awaited; the console says\n%s", awaited, e.said.String())
		}
		if output, ok := message.(*dap.OutputEvent); ok {
			fmt.Fprintf(e.said, "%s", output.Body.Output)
		}
		return message
	case <-time.After(30 * time.Second):
		e.t.Fatalf("no %s; the console says\n%s", awaited, e.said.String())
		return nil
	}
}

// event waits for an event of that name.
func (e *editor) event(name string) dap.EventMessage {
	e.t.Helper()
	for {
		if i := slices.IndexFunc(e.events, func(m dap.EventMessage) bool { return m.GetEvent().Event == name }); i >= 0 {
			found := e.events[i]
			e.events = e.events[i+1:]
			return found
		}
		if message, ok := e.next("event " + name).(dap.EventMessage); ok {
			e.events = append(e.events, message)
		}
	}
}

// send sends a request and waits for the answer to it.
func (e *editor) send(request dap.RequestMessage, command string) dap.ResponseMessage {
	e.t.Helper()
	e.seq++
	*request.GetRequest() = dap.Request{ProtocolMessage: dap.ProtocolMessage{Seq: e.seq, Type: "request"}, Command: command}
	if err := dap.WriteProtocolMessage(e.to, request); err != nil {
		e.t.Fatal(err)
	}
	for {
		switch message := e.next("answer to " + command).(type) {
		case dap.EventMessage:
			e.events = append(e.events, message)
		case dap.ResponseMessage:
			if got := message.GetResponse(); got.RequestSeq != e.seq || got.Command != command {
				e.t.Fatalf("answer to %s %d is to %s %d", command, e.seq, got.Command, got.RequestSeq)
			}
			return message
		}
	}
}

func (e *editor) ask(request dap.RequestMessage, command string) dap.ResponseMessage {
	e.t.Helper()
	response := e.send(request, command)
	if r := response.GetResponse(); !r.Success {
		e.t.Fatalf("%s: %s", command, r.Message)
	}
	return response
}

func (e *editor) refused(request dap.RequestMessage, command string) string {
	e.t.Helper()
	response, ok := e.send(request, command).(*dap.ErrorResponse)
	if !ok || response.Success {
		e.t.Fatalf("%s was not refused", command)
	}
	return response.Body.Error.Variables["reason"]
}

// variables are those of a scope of the frame on top.
func (e *editor) variables(thread int, scope string) map[string]string {
	e.t.Helper()
	trace := e.ask(&dap.StackTraceRequest{Arguments: dap.StackTraceArguments{ThreadId: thread}}, "stackTrace").(*dap.StackTraceResponse)
	scopes := e.ask(&dap.ScopesRequest{Arguments: dap.ScopesArguments{FrameId: trace.Body.StackFrames[0].Id}}, "scopes").(*dap.ScopesResponse)
	found := map[string]string{}
	for _, s := range scopes.Body.Scopes {
		if s.Name == scope {
			values := e.ask(&dap.VariablesRequest{Arguments: dap.VariablesArguments{VariablesReference: s.VariablesReference}}, "variables").(*dap.VariablesResponse)
			for _, v := range values.Body.Variables {
				found[v.Name] = v.Value
			}
		}
	}
	return found
}

func (e *editor) hangsUp() { e.to.Close() }

// ends waits for the adapter to leave.
func (e *editor) ends() {
	e.t.Helper()
	select {
	case err := <-e.ended:
		if diff := cmp.Diff(nil, err); diff != "" {
			e.t.Errorf("the adapter ended with %v", err)
		}
	case <-time.After(30 * time.Second):
		e.t.Error("the adapter does not end")
	}
}
