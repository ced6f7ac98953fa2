package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/test/program"
)

// process is the real binary at work.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string // of admission requests
	health  string // URL
	metrics string // URL
	log     logBuffer
	ended   chan struct{}
	err     error
}

// start runs the binary against the cluster. Flags of the test come last and win.
func start(t *testing.T, flags ...string) *process {
	t.Helper()
	k := needCluster(t)
	if i := slices.Index(flags, "--webhook-configuration"); i >= 0 {
		t.Cleanup(func() { removeConfigurations(t, k, flags[i+1]) }) // when it has ended
	}
	ports := freePorts(t, 3)
	p := &process{t: t, address: ports[0], health: "http://" + ports[2], metrics: "http://" + ports[1] + "/metrics", ended: make(chan struct{})}
	p.cmd = exec.Command(shared.binary, append([]string{
		"--kubeconfig", shared.cluster.Kubeconfig(), "--bind-address", ports[0], "--metrics-address", ports[1], "--health-address", ports[2],
		"--lease-duration", "3s", "--renew-deadline", "2s", "--retry-period", "200ms",
	}, flags...)...)
	if i := slices.Index(flags, "--bind-address"); i >= 0 {
		p.address = flags[i+1]
	}
	p.cmd.Stderr = &p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		select {
		case <-p.ended:
		default:
			_ = p.cmd.Process.Kill()
			<-p.ended
		}
		if t.Failed() {
			t.Logf("%s:\n%s", p.address, p.log.String())
		}
	})
	return p
}

// get fetches a URL: its status and text.
func get(url string) (int, string, error) {
	response, err := (&http.Client{Timeout: 5 * time.Second}).Get(url)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

func (p *process) ready() error {
	select {
	case <-p.ended:
		p.t.Fatalf("it ended: %v\n%s", p.err, p.log.String())
	default:
	}
	status, text, err := get(p.health + "/readyz")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("HTTP %d: %s", status, text)
	}
	return err
}

func (p *process) waitReady() {
	p.t.Helper()
	eventually(p.t, 30*time.Second, "ready", p.ready)
}

// terminate is what a kubelet does.
func (p *process) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
}

// wait for the end, and its exit code.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(60 * time.Second):
		p.t.Fatal("it does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// freePorts are loopback addresses that nobody listens at.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	addresses, err := program.Addresses(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return addresses
}

// logBuffer keeps what a process writes.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
