package debugger

import (
	"io"
	"strings"
	"sync"

	"github.com/google/go-dap"
	"github.com/open-policy-agent/opa/v1/debug"

	"github.com/lotus-lake/lotus-gate/policy/inspect"
)

// client is the editor: messages to it are numbered and written whole.
type client struct {
	mu         sync.Mutex
	to         io.Writer
	seq        int
	err        error
	terminated bool
}

func (c *client) send(message dap.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.seq++
	switch m := message.(type) {
	case dap.ResponseMessage:
		m.GetResponse().Seq = c.seq
	case dap.EventMessage:
		m.GetEvent().Seq = c.seq
	}
	c.err = dap.WriteProtocolMessage(c.to, message)
}

func (c *client) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// say shows a line in the editor's console.
func (c *client) say(category, text string) {
	c.send(&dap.OutputEvent{
		Event: event("output"), Body: dap.OutputEventBody{Category: category, Output: strings.TrimRight(text, "\n") + "\n"},
	})
}

// event tells of what happens in the evaluation.
func (c *client) event(e debug.Event) {
	switch e.Type {
	case debug.StoppedEventType, debug.ExceptionEventType:
		reason := e.Message
		if e.Type == debug.ExceptionEventType {
			reason = "exception"
		}
		c.send(&dap.StoppedEvent{
			Event: event("stopped"), Body: dap.StoppedEventBody{Reason: reason, ThreadId: int(e.Thread), AllThreadsStopped: true},
		})
	case debug.StdoutEventType:
		c.say("stdout", e.Message)
	case inspect.ProblemEvent:
		c.say("stderr", e.Message)
	case debug.ThreadEventType:
		c.send(&dap.ThreadEvent{Event: event("thread"), Body: dap.ThreadEventBody{Reason: e.Message, ThreadId: int(e.Thread)}})
	case debug.TerminatedEventType:
		c.mu.Lock()
		again := c.terminated
		c.terminated = true
		c.mu.Unlock()
		if !again {
			c.send(&dap.TerminatedEvent{Event: event("terminated")})
		}
	}
}

func event(name string) dap.Event {
	return dap.Event{ProtocolMessage: dap.ProtocolMessage{Type: "event"}, Event: name}
}

// answered completes a response.
func answered(response dap.ResponseMessage, request *dap.Request) dap.ResponseMessage {
	*response.GetResponse() = dap.Response{
		ProtocolMessage: dap.ProtocolMessage{Type: "response"}, RequestSeq: request.Seq, Command: request.Command, Success: true,
	}
	return response
}
