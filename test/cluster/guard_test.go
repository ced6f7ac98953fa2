package cluster_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// abandoned makes this program start a cluster, print the place of its files, and wait to be killed.
const abandoned = "CLUSTER_TEST_ABANDONED"

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard()) // envtest's; its errors come back too
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if os.Getenv(abandoned) == "" {
		return m.Run()
	}
	c, err := cluster.Start(context.Background(), cluster.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(filepath.Dir(c.Kubeconfig()))
	select {}
}

// TestKilled kills a program that runs a cluster: the cluster must end too.
func TestKilled(t *testing.T) {
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), abandoned+"=1")
	program.Stderr = t.Output()
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	line, readErr := bufio.NewReader(out).ReadString('\n')
	dir := strings.TrimSpace(line)
	files, globErr := filepath.Glob(filepath.Join(dir, "*.pid"))
	pids := map[string]int{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
		if err != nil {
			t.Error(err)
		}
		pids[filepath.Base(file)] = pid
	}
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := program.Wait(); err == nil {
		t.Error("the program was killed and says it is well")
	}
	if readErr != nil || globErr != nil || len(pids) != 3 { // etcd, API server, controller manager
		t.Fatalf("no cluster in %q: %v, %v, %v", dir, readErr, globErr, pids)
	}
	for name, pid := range pids {
		eventually(t, name+" is dead", func() error {
			if lives(t, pid) {
				return fmt.Errorf("process %d lives", pid)
			}
			return nil
		})
	}
	eventually(t, "the files are gone", func() error {
		_, err := os.Stat(dir)
		if err == nil {
			return fmt.Errorf("%s is there", dir)
		}
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	})
}
