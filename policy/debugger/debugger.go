// Package debugger serves the debug adapter protocol, so that editors can step through
// rules on the documents of a repository.
package debugger

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/go-dap"
	"github.com/open-policy-agent/opa/v1/debug"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/inspect"
)

// Target is what can be debugged.
type Target struct {
	Lab       *inspect.Lab
	Documents []policy.Document
	Query     string // a rule's id or a query, when the editor names none

	// Text gives the text of a module that is no file of the author's, which an editor
	// cannot open by itself.
	Text func(path string) (string, bool)
}

// Serve talks to one editor until it leaves. What is wrong with a request is told to
// the editor; an error means that the two cannot talk.
func Serve(ctx context.Context, in io.Reader, out io.Writer, target Target) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := &adapter{client: client{to: out}, target: target, breakpoints: map[string][]int{}}
	reader := bufio.NewReader(in)
	for {
		message, err := dap.ReadProtocolMessage(reader)
		var unknown *dap.DecodeProtocolMessageFieldError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &unknown):
			a.refuse(unknown.Seq, unknown.FieldValue, err)
			continue
		case err != nil:
			return fmt.Errorf("read a message of the debug adapter protocol: %w", err)
		}
		request, ok := message.(dap.RequestMessage)
		if !ok {
			continue
		}
		if a.handle(ctx, request); a.left || a.client.failed() != nil {
			return a.client.failed()
		}
	}
}

// adapter is one conversation.
type adapter struct {
	client      client
	target      Target
	session     debug.Session // nil before the launch
	stop        context.CancelFunc
	breakpoints map[string][]int
	sources     []string // modules without a file, by reference less one

	configured, running, ended, left bool
}

// handle answers one request, and goes on with what it made ready.
func (a *adapter) handle(ctx context.Context, message dap.RequestMessage) {
	request := message.GetRequest()
	response, err := a.answer(ctx, message)
	if err != nil {
		a.refuse(request.Seq, request.Command, err)
		return
	}
	a.client.send(answered(response, request))
	switch message.(type) {
	case *dap.LaunchRequest:
		a.client.send(&dap.InitializedEvent{Event: event("initialized")})
	case *dap.NextRequest, *dap.StepInRequest, *dap.StepOutRequest:
		go a.step(message)
	case *dap.DisconnectRequest:
		a.left = true
	}
	if a.session != nil && a.configured && !a.running && !a.ended {
		a.running = true
		if err := a.session.ResumeAll(); err != nil {
			a.client.say("stderr", err.Error())
		}
	}
}

func (a *adapter) refuse(seq int, command string, err error) {
	a.client.send(&dap.ErrorResponse{
		Response: dap.Response{
			ProtocolMessage: dap.ProtocolMessage{Type: "response"}, RequestSeq: seq, Command: command, Message: err.Error(),
		},
		Body: dap.ErrorResponseBody{Error: &dap.ErrorMessage{Id: 1, Format: "{reason}", Variables: map[string]string{"reason": err.Error()}, ShowUser: true}},
	})
}

// launch is what an editor's configuration says.
type launch struct {
	Rule         string `json:"rule"`
	Query        string `json:"query"`
	Path         string `json:"path"` // of the document
	Kind         string `json:"kind"`
	StopOnEntry  bool   `json:"stopOnEntry"`
	StopOnFail   bool   `json:"stopOnFail"`
	StopOnResult bool   `json:"stopOnResult"`
}

// launch begins the session; it stands still until the editor has told its
// breakpoints.
func (a *adapter) launch(ctx context.Context, arguments json.RawMessage) error {
	if a.session != nil {
		return errors.New("there is a session already")
	}
	var l launch
	if err := json.Unmarshal(arguments, &l); err != nil {
		return fmt.Errorf("launch configuration: %w", err)
	}
	text := first(l.Rule, l.Query, a.target.Query)
	if text == "" {
		return errors.New(`what is to be debugged? Give "rule": "<domain>/<rule>" or "query" in the launch configuration`)
	}
	query, err := a.target.Lab.Query(text)
	if err != nil {
		return err
	}
	docs := inspect.Select(a.target.Documents, query.Kinds, l.Kind, l.Path)
	if len(docs) == 0 {
		return fmt.Errorf("no document of the repository is one for %s%s", text, strings.TrimSuffix(" at "+l.Path, " at "))
	}
	a.client.say("console", fmt.Sprintf("%s on %s %s (%d more)", query.Text, docs[0].Kind, docs[0].Path, len(docs)-1))
	stops := inspect.Stops{Entry: l.StopOnEntry, Fail: l.StopOnFail, Result: l.StopOnResult}
	ctx, stop := context.WithCancel(ctx)
	if a.session, err = a.target.Lab.Debug(ctx, query, docs[0], stops, a.client.event); err != nil {
		stop()
		return err
	}
	a.stop = stop
	for file := range a.breakpoints {
		if err := a.setBreakpoints(file); err != nil {
			return err
		}
	}
	return nil
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// step runs while the editor may ask other things.
func (a *adapter) step(message dap.RequestMessage) {
	var err error
	switch r := message.(type) {
	case *dap.NextRequest:
		err = a.session.StepOver(debug.ThreadID(r.Arguments.ThreadId))
	case *dap.StepInRequest:
		err = a.session.StepIn(debug.ThreadID(r.Arguments.ThreadId))
	case *dap.StepOutRequest:
		err = a.session.StepOut(debug.ThreadID(r.Arguments.ThreadId))
	}
	if err != nil {
		a.client.say("stderr", err.Error())
	}
}
