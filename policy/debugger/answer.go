package debugger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/google/go-dap"
	"github.com/open-policy-agent/opa/v1/ast/location"
	"github.com/open-policy-agent/opa/v1/debug"
)

// answer does what a request asks for.
func (a *adapter) answer(ctx context.Context, message dap.RequestMessage) (dap.ResponseMessage, error) {
	switch r := message.(type) {
	case *dap.InitializeRequest:
		return &dap.InitializeResponse{Body: dap.Capabilities{SupportsConfigurationDoneRequest: true, SupportsTerminateRequest: true}}, nil
	case *dap.LaunchRequest:
		return &dap.LaunchResponse{}, a.launch(ctx, r.Arguments)
	case *dap.SetBreakpointsRequest:
		return a.takeBreakpoints(r.Arguments)
	case *dap.SetExceptionBreakpointsRequest:
		return &dap.SetExceptionBreakpointsResponse{}, nil
	case *dap.ConfigurationDoneRequest:
		a.configured = true
		return &dap.ConfigurationDoneResponse{}, nil
	case *dap.SourceRequest:
		return a.source(r.Arguments)
	case *dap.DisconnectRequest:
		a.terminate()
		return &dap.DisconnectResponse{}, nil
	case *dap.TerminateRequest:
		a.terminate()
		return &dap.TerminateResponse{}, nil
	}
	if a.session == nil || a.ended {
		return nil, errors.New("nothing is being debugged")
	}
	switch r := message.(type) {
	case *dap.ThreadsRequest:
		return a.threads()
	case *dap.StackTraceRequest:
		return a.stackTrace(r.Arguments)
	case *dap.ScopesRequest:
		return a.scopes(r.Arguments)
	case *dap.VariablesRequest:
		return a.variables(r.Arguments)
	case *dap.ContinueRequest:
		return &dap.ContinueResponse{Body: dap.ContinueResponseBody{AllThreadsContinued: true}}, a.session.Resume(debug.ThreadID(r.Arguments.ThreadId))
	case *dap.NextRequest:
		return &dap.NextResponse{}, nil
	case *dap.StepInRequest:
		return &dap.StepInResponse{}, nil
	case *dap.StepOutRequest:
		return &dap.StepOutResponse{}, nil
	}
	return nil, fmt.Errorf("%s is not supported", message.GetRequest().Command)
}

// terminate ends the evaluation by its context: the session's own Terminate closes
// channels that the evaluation may be sending on. One that stands still stays so until
// the process ends.
func (a *adapter) terminate() {
	if a.session == nil {
		return
	}
	a.stop()
	a.ended = true
	a.client.event(debug.Event{Type: debug.TerminatedEventType})
}

// takeBreakpoints replaces the breakpoints of one file.
func (a *adapter) takeBreakpoints(arguments dap.SetBreakpointsArguments) (dap.ResponseMessage, error) {
	file := arguments.Source.Path
	if n := arguments.Source.SourceReference; n > 0 && n <= len(a.sources) {
		file = a.sources[n-1]
	}
	a.breakpoints[file] = nil
	response := &dap.SetBreakpointsResponse{Body: dap.SetBreakpointsResponseBody{Breakpoints: []dap.Breakpoint{}}}
	for _, b := range arguments.Breakpoints {
		a.breakpoints[file] = append(a.breakpoints[file], b.Line)
		response.Body.Breakpoints = append(response.Body.Breakpoints, dap.Breakpoint{Verified: true, Line: b.Line, Source: &arguments.Source})
	}
	if a.session == nil {
		return response, nil
	}
	return response, a.setBreakpoints(file)
}

func (a *adapter) setBreakpoints(file string) error {
	old, err := a.session.Breakpoints()
	if err != nil {
		return err
	}
	for _, b := range old {
		if b.Location().File == file {
			if _, err := a.session.RemoveBreakpoint(b.ID()); err != nil {
				return err
			}
		}
	}
	for _, line := range a.breakpoints[file] {
		if _, err := a.session.AddBreakpoint(location.Location{File: file, Row: line}); err != nil {
			return err
		}
	}
	return nil
}

func (a *adapter) threads() (dap.ResponseMessage, error) {
	threads, err := a.session.Threads()
	response := &dap.ThreadsResponse{}
	for _, t := range threads {
		response.Body.Threads = append(response.Body.Threads, dap.Thread{Id: int(t.ID()), Name: t.Name()})
	}
	return response, err
}

func (a *adapter) stackTrace(arguments dap.StackTraceArguments) (dap.ResponseMessage, error) {
	frames, err := a.session.StackTrace(debug.ThreadID(arguments.ThreadId))
	response := &dap.StackTraceResponse{Body: dap.StackTraceResponseBody{StackFrames: []dap.StackFrame{}, TotalFrames: len(frames)}}
	for _, f := range frames {
		frame := dap.StackFrame{Id: int(f.ID()), Name: f.Name()}
		if at := f.Location(); at != nil && at.File != "" {
			frame.Source, frame.Line, frame.Column = a.sourceOf(at.File), at.Row, at.Col
		}
		response.Body.StackFrames = append(response.Body.StackFrames, frame)
	}
	return response, err
}

func (a *adapter) scopes(arguments dap.ScopesArguments) (dap.ResponseMessage, error) {
	scopes, err := a.session.Scopes(debug.FrameID(arguments.FrameId))
	response := &dap.ScopesResponse{Body: dap.ScopesResponseBody{Scopes: []dap.Scope{}}}
	for _, s := range scopes {
		response.Body.Scopes = append(response.Body.Scopes, dap.Scope{
			Name: s.Name(), VariablesReference: int(s.VariablesReference()), NamedVariables: s.NamedVariables(),
		})
	}
	return response, err
}

func (a *adapter) variables(arguments dap.VariablesArguments) (dap.ResponseMessage, error) {
	variables, err := a.session.Variables(debug.VarRef(arguments.VariablesReference))
	response := &dap.VariablesResponse{Body: dap.VariablesResponseBody{Variables: []dap.Variable{}}}
	for _, v := range variables {
		response.Body.Variables = append(response.Body.Variables, dap.Variable{
			Name: v.Name(), Value: v.Value(), Type: v.Type(), VariablesReference: int(v.VariablesReference()),
		})
	}
	return response, err
}

// sourceOf says where an editor finds a module: in a file, or by asking for it.
func (a *adapter) sourceOf(file string) *dap.Source {
	if filepath.IsAbs(file) {
		return &dap.Source{Name: filepath.Base(file), Path: file}
	}
	if !slices.Contains(a.sources, file) {
		a.sources = append(a.sources, file)
	}
	return &dap.Source{Name: file, SourceReference: slices.Index(a.sources, file) + 1, Origin: "shipped with the gate"}
}

func (a *adapter) source(arguments dap.SourceArguments) (dap.ResponseMessage, error) {
	if n := arguments.SourceReference; n > 0 && n <= len(a.sources) {
		if text, ok := a.target.Text(a.sources[n-1]); ok {
			return &dap.SourceResponse{Body: dap.SourceResponseBody{Content: text, MimeType: "text/x-rego"}}, nil
		}
	}
	return nil, fmt.Errorf("no source %d", arguments.SourceReference)
}
