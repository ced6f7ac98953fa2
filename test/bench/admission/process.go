package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// process is a webhook at work: ours, Gatekeeper or the no-op.
type process struct {
	name    string
	address string // host:port of admission requests
	health  string // URL; empty: it answers once it listens
	metrics string // URL; empty for none
	log     string // file
	cmd     *exec.Cmd
	ended   chan struct{}
}

// start runs a program and waits until it is ready.
func (p *process) start(ctx context.Context, dir string, env []string, args ...string) error {
	p.log, p.ended = filepath.Join(dir, p.name+".log"), make(chan struct{})
	log, err := os.Create(p.log)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = append(os.Environ(), env...), log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	go func() {
		_ = p.cmd.Wait() // why it ended is in its log
		close(p.ended)
	}()
	return eventually(ctx, 2*time.Minute, p.name+" is ready", func() error {
		select {
		case <-p.ended:
			text, _ := os.ReadFile(p.log)
			return never{fmt.Errorf("it ended:\n%s", text)}
		default:
		}
		if p.health != "" {
			_, err := get(ctx, p.health)
			return err
		}
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", p.address)
		if err == nil {
			err = conn.Close()
		}
		return err
	})
}

// stop ends it at once.
func (p *process) stop() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

func (p *process) signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

var residentLine = regexp.MustCompile(`(?m)^VmRSS:\s+(\d+) kB$`)

// resident is the memory that it has of the machine, in bytes.
func (p *process) resident() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	found := residentLine.FindSubmatch(status)
	if found == nil {
		return 0, fmt.Errorf("no VmRSS of %s", p.name)
	}
	n, err := strconv.ParseInt(string(found[1]), 10, 64)
	return n << 10, err
}

// value of a metric without labels; 0 when it is not there.
func (p *process) value(ctx context.Context, metric string) (float64, error) {
	text, err := get(ctx, p.metrics)
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(metric) + ` (\S+)$`).FindStringSubmatch(text)
	if found == nil {
		return 0, nil
	}
	return strconv.ParseFloat(found[1], 64)
}

func get(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d: %s", response.StatusCode, text)
	}
	return string(text), err
}

// never ends eventually at once.
type never struct{ error }

// eventually asks until there is no error.
func eventually(ctx context.Context, patience time.Duration, what string, ask func() error) error {
	for deadline := time.Now().Add(patience); ; {
		err := ask()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) || errors.As(err, &never{}) || ctx.Err() != nil {
			return errors.Join(fmt.Errorf("%s: %w", what, err), ctx.Err())
		}
		time.Sleep(100 * time.Millisecond)
	}
}
