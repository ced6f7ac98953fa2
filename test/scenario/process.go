package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/lotus-lake/lotus-gate/test/program"
)

// Process is the real program at work, outside the cluster, as the chart's service account.
type Process struct {
	Metrics string // URL
	health  string // URL
	address string // of admission requests
	cmd     *exec.Cmd
	log     lines
	ended   chan struct{}
	err     error
}

// Start runs one more replica. Further flags win.
func (s *Stage) Start(ctx context.Context, flags ...string) (*Process, error) {
	ports, err := program.Addresses(ctx, 3)
	if err != nil {
		return nil, err
	}
	p := &Process{address: ports[0], Metrics: "http://" + ports[1] + "/metrics", health: "http://" + ports[2] + "/readyz", ended: make(chan struct{})}
	p.cmd = exec.Command(s.binary, append([]string{
		"--kubeconfig", s.gate.kubeconfig, "--namespace", Namespace, "--config", s.gate.config, "--webhook-url", s.gate.balancer.url(),
		"--bind-address", ports[0], "--metrics-address", ports[1], "--health-address", ports[2],
		"--lease-duration", "3s", "--renew-deadline", "2s", "--retry-period", "200ms", "--drain-delay", "500ms",
	}, flags...)...)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the webhook: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	s.gate.processes = append(s.gate.processes, p)
	s.gate.balancer.add(p.address)
	return p, nil
}

// Ready waits for it.
func (p *Process) Ready(ctx context.Context) error {
	return Eventually(ctx, time.Minute, "the webhook is ready", func() error {
		select {
		case <-p.ended:
			return Never{fmt.Errorf("it ended: %w\n%s", p.err, p.Log())}
		default:
		}
		return healthy(ctx, p.health)
	})
}

func healthy(ctx context.Context, url string) error {
	status, text, err := get(ctx, url)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("HTTP %d: %s", status, text)
	}
	return err
}

// Scrape is what /metrics says.
func (p *Process) Scrape(ctx context.Context) (string, error) {
	_, text, err := get(ctx, p.Metrics)
	return text, err
}

func get(ctx context.Context, url string) (int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

// Log is all that it wrote.
func (p *Process) Log() string { return p.log.String() }

// Kill ends it at once, as when a node is lost.
func (p *Process) Kill() error {
	select {
	case <-p.ended:
		return nil
	default:
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill the webhook: %w", err)
	}
	<-p.ended
	return nil
}

// Stop ends it as a kubelet does; an error is an exit code other than 0.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the webhook: %w", err)
	}
	select {
	case <-p.ended:
		return p.err
	case <-time.After(time.Minute):
		return errors.Join(errors.New("the webhook does not stop"), p.Kill())
	}
}

// lines keeps what a process writes.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write appends.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is all of it.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Processes are all that were started, the first one first.
func (s *Stage) Processes() []*Process { return s.gate.processes }

// Readiness is what /readyz says, a line for each condition.
func (p *Process) Readiness(ctx context.Context) (string, error) {
	_, text, err := get(ctx, p.health)
	return text, err
}
