package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// stopTimeout is what a program gets to end by itself.
const stopTimeout = 10 * time.Second

// process is a program of the cluster that runs beside those of envtest.
type process struct {
	name string
	dir  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended; err is set then
	err  error
}

// run starts a program whose output goes to its file in the log directory.
func (c *Cluster) run(name string, args ...string) error {
	path, err := c.program(name)
	if err != nil {
		return err
	}
	log, err := c.log(name)
	if err != nil {
		return err
	}
	p := &process{name: name, dir: c.dir, cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Stop ends it, in order; an interrupt from the terminal does not
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	c.processes = append(c.processes, p)
	return nil
}

// program returns the guarded program of that name.
func (c *Cluster) program(name string) (string, error) {
	path, err := Binary(name)
	if err != nil {
		return "", err
	}
	return guarded(c.dir, name, path)
}

// log opens the file that gets the output of a program.
func (c *Cluster) log(name string) (*os.File, error) {
	if err := os.MkdirAll(c.logs, 0o755); err != nil {
		return nil, fmt.Errorf("log of %s: %w", name, err)
	}
	f, err := os.OpenFile(filepath.Join(c.logs, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", name, err)
	}
	c.logFiles = append(c.logFiles, f)
	return f, nil
}

// Tail returns the last lines that a program wrote.
func (c *Cluster) Tail(name string) string { return tail(filepath.Join(c.logs, name+".log")) }

func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// ended returns an error when a program that should run does not.
func (c *Cluster) ended() error {
	for _, p := range c.processes {
		select {
		case <-p.done:
			return fmt.Errorf("%s ended (%w):\n%s", p.name, p.err, c.Tail(p.name))
		default:
		}
	}
	return nil
}

// stop asks the program to end, and kills it when it takes too long.
func (p *process) stop() error {
	select {
	case <-p.done:
		return forget(p.dir, p.name)
	default:
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("kill %s: %w", p.name, err)
		}
		<-p.done
	}
	return forget(p.dir, p.name)
}
