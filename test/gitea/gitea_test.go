//go:build gitea

package gitea

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/test/program"
)

const (
	state    = `{"version": 4, "terraform_version": "1.5.7", "serial": 3, "lineage": "5c1b3f2e-7a86-4a77-b6e4-3f1f2f0f7d11", "outputs": {}, "resources": []}`
	password = "not-a-real-one"
)

// server is a running Gitea and a clone of its repository ada/lake.
type server struct {
	url, repositories, work, gate string
}

// TestHook installs the gate as docs/hosting.md says: pushes and edits in the web
// interface are judged, others pass, and Gitea's own hooks stay as they are.
func TestHook(t *testing.T) {
	s := start(t)
	repository := filepath.Join(s.repositories, "ada", "lake.git")
	own, err := os.ReadFile(filepath.Join(repository, "hooks", "pre-receive"))
	if err != nil {
		t.Fatal(err)
	}
	said := s.run(t, s.gate, "hook", "install", "--pre-receive", repository)
	if !strings.Contains(said, "hooks/pre-receive.d/lotus-gate: written") {
		t.Fatal(said)
	}
	s.commit(t, "NOTES.md", "Harmless.\n")
	s.run(t, "git", "push", "-q", "origin", "main")
	s.commit(t, "notes.json", state)
	out, err := s.try("git", "push", "-q", "origin", "main")
	if err == nil || !strings.Contains(out, "state/committed") || !strings.Contains(out, "pre-receive hook declined") {
		t.Errorf("state was pushed: %v\n%s", err, out)
	}
	content := map[string]string{"content": "e30=", "message": "State", "branch": "main"}
	if code, body := s.call(t, http.MethodPost, "/api/v1/repos/ada/lake/contents/terraform.tfstate", content); code/100 == 2 {
		t.Errorf("state was committed in the web interface: %d %s", code, body)
	}
	if code, body := s.call(t, http.MethodPost, "/api/v1/repos/ada/lake/contents/README", content); code != http.StatusCreated {
		t.Errorf("a harmless file: %d %s", code, body)
	}
	s.run(t, s.gate, "hook", "uninstall", repository)
	after, err := os.ReadFile(filepath.Join(repository, "hooks", "pre-receive"))
	if err != nil || !bytes.Equal(own, after) {
		t.Errorf("Gitea's own hook is another: %v", err)
	}
	s.run(t, "git", "push", "-q", "origin", "HEAD:refs/heads/unguarded")
}

func start(t *testing.T) *server {
	t.Helper()
	gitea, static := os.Getenv("GITEA"), os.Getenv("GITEA_SOURCE")
	if gitea == "" || static == "" {
		t.Fatal("run `make gitea`, which sets GITEA and GITEA_SOURCE")
	}
	dir := t.TempDir()
	s := &server{repositories: filepath.Join(dir, "repositories"), work: filepath.Join(dir, "clone"), gate: filepath.Join(dir, "bin", "gate")}
	if err := program.Build(t.Context(), filepath.Dir(s.gate), "../../cmd/gate"); err != nil {
		t.Fatal(err)
	}
	addresses, err := program.Addresses(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(addresses[0])
	s.url = "http://" + addresses[0]
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "app.ini")
	text := fmt.Sprintf(`RUN_USER = %s
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
WORK_PATH = %s
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = %s
ROOT_URL = %s/
STATIC_ROOT_PATH = %s
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = %s
[repository]
ROOT = %s
[security]
INSTALL_LOCK = true
SECRET_KEY = not-a-real-one
[log]
LEVEL = warn
`, me.Username, dir, port, s.url, static, filepath.Join(dir, "gitea.db"), s.repositories)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"migrate"},
		{"admin", "user", "create", "--admin", "--username", "ada", "--password", password, "--email", "ada@example.com", "--must-change-password=false"},
	} {
		if out, err := exec.Command(gitea, append([]string{"--config", config}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("gitea %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	web := exec.Command(gitea, "--config", config, "web")
	log := &bytes.Buffer{}
	web.Stdout, web.Stderr = log, log
	if err := web.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = web.Process.Signal(os.Interrupt)
		_ = web.Wait()
		if t.Failed() {
			t.Logf("gitea said:\n%s", log)
		}
	})
	s.await(t)
	if code, body := s.call(t, http.MethodPost, "/api/v1/user/repos", map[string]string{"name": "lake", "default_branch": "main"}); code != http.StatusCreated {
		t.Fatalf("create a repository: %d %s", code, body)
	}
	s.run(t, "git", "init", "-q", "-b", "main", s.work)
	s.run(t, "git", "-C", s.work, "remote", "add", "origin", strings.Replace(s.url, "://", "://ada:"+password+"@", 1)+"/ada/lake.git")
	s.commit(t, "first", "The first.\n")
	s.run(t, "git", "push", "-q", "origin", "main")
	return s
}

// await waits until the server answers.
func (s *server) await(t *testing.T) {
	t.Helper()
	for range 600 {
		response, err := http.Get(s.url + "/api/healthz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("gitea does not answer")
}

func (s *server) call(t *testing.T, method, path string, body any) (int, string) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("ada", password)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(said)
}

func (s *server) commit(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.work, file), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s.run(t, "git", "add", "-A")
	s.run(t, "git", "commit", "-q", "-m", "A change")
}

func (s *server) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := s.try(name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func (s *server) try(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	if _, err := os.Stat(s.work); err == nil {
		cmd.Dir = s.work
	}
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
