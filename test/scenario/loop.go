package scenario

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Loop is the lake of examples/lake from a git server, whose hooks are the gate, to an Airbyte, in real time. The source looks as often as examples/cluster
// says, once in ten minutes, and when its Receiver is poked.
type Loop struct {
	*lake
	API   *standin.AirbyteAPI
	Story Story

	token      string // of the Receiver
	kubeconfig string // with the rights that gate notify needs, and no others
	airbyte    *http.Server
	root       string // of its address
	files      string // directory of the hooks' files
}

// LoopOptions of a loop.
type LoopOptions struct {
	Namespace string
	// Without the gate there are no hooks: the source finds a push when it looks.
	Without bool
	Config  standin.Config
	// Interval of the source; empty: that of examples/cluster.
	Interval string
}

// loopVariables are those of the example lake that are no credentials.
var loopVariables = map[string]string{"workspace_id": "b93dc139-0000-4000-8000-000000000000", "shopify_store": "lotus", "s3_endpoint": "http://seaweedfs-s3:8333", "airbyte_username": "airbyte"}

// OpenLoop pushes the example lake and waits until it is applied. Close ends it.
func (s *Stage) OpenLoop(ctx context.Context, o LoopOptions) (_ *Loop, err error) {
	l := &Loop{token: s.Planted.New(), files: filepath.Join(s.dir, o.Namespace)}
	l.lake = &lake{stage: s, story: &l.Story, name: types.NamespacedName{Namespace: o.Namespace, Name: terraformName}, clock: standin.NewClock(time.Now(), 1)}
	l.API = standin.NewAirbyteAPI(loopVariables["workspace_id"])
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open loop: %w", err), l.Close())
		}
	}()
	if err := s.namespace(ctx, o.Namespace); err != nil {
		return nil, err
	}
	address, err := l.serve(ctx)
	if err != nil {
		return nil, err
	}
	o.Config.REST, o.Config.Clock, o.Config.Namespaces, o.Config.API = s.Cluster.Config(), l.clock, []string{o.Namespace}, l.API
	if l.World, err = standin.Start(ctx, o.Config); err != nil {
		return nil, err
	}
	if !o.Without {
		if err := l.hooks(ctx); err != nil {
			return nil, err
		}
	}
	files, err := tree(filepath.Join(s.Root, "examples", "lake"))
	if err != nil {
		return nil, err
	}
	first, err := l.push(ctx, "The lake", files)
	if err != nil {
		return nil, err
	}
	if err := l.objects(ctx, address, o.Interval); err != nil {
		return nil, err
	}
	if !o.Without {
		if err := l.notify(); err != nil {
			return nil, err
		}
	}
	_, err = l.await(ctx, 0, "the lake is applied", func(r standin.Run) bool { return r.Result == standin.Applied && r.Revision == first })
	return l, err
}

// Close ends what was started.
func (l *Loop) Close() error {
	var err error
	if l.World != nil {
		err = l.Stop()
	}
	if l.airbyte != nil {
		err = errors.Join(err, l.airbyte.Close())
	}
	return err
}

// serve Airbyte on loopback, for the provisioners.
func (l *Loop) serve(ctx context.Context) (string, error) {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("serve Airbyte: %w", err)
	}
	l.airbyte = &http.Server{Handler: l.API, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = l.airbyte.Serve(listener) }()
	l.root = "http://" + listener.Addr().String()
	return l.root + "/api/", nil
}

// objects of examples/cluster, with all variables that the example lake has.
func (l *Loop) objects(ctx context.Context, airbyte, interval string) error {
	s := l.stage
	return s.apply(ctx, "20-lake.yaml", l.name.Namespace, func(o *unstructured.Unstructured) {
		switch o.GetKind() {
		case "GitRepository":
			_ = unstructured.SetNestedField(o.Object, l.Repository.URL, "spec", "url")
			if interval != "" {
				_ = unstructured.SetNestedField(o.Object, interval, "spec", "interval")
			}
		case "Secret":
			values := map[string]any{"airbyte_server_url": airbyte}
			for name, value := range loopVariables {
				values[name] = value
			}
			for _, name := range []string{"airbyte_password", "shopify_api_password", "klaviyo_api_key", "s3_access_key_id", "s3_secret_access_key", "facebook_access_token"} {
				values[name] = s.Planted.New()
			}
			_ = unstructured.SetNestedMap(o.Object, values, "stringData")
		case "RoleBinding":
			_ = unstructured.SetNestedSlice(o.Object, []any{map[string]any{"kind": "ServiceAccount", "name": "tf-runner", "namespace": l.name.Namespace}}, "subjects")
		case tofu.Kind:
			_ = unstructured.SetNestedField(o.Object, true, "spec", "enableInventory")
		}
	})
}

// hooks judges pushes, and gets ready what the other hook needs: a token, and a kubeconfig with the rights that docs/notify.md names.
func (l *Loop) hooks(ctx context.Context) error {
	s, namespace := l.stage, l.name.Namespace
	if err := l.Repository.Hook("pre-receive", fmt.Sprintf("#!/bin/sh\nexec '%s' pre-receive\n", s.gateAt)); err != nil {
		return err
	}
	if err := os.MkdirAll(l.files, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(l.files, "token"), []byte(l.token+"\n"), 0o600); err != nil {
		return err
	}
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "gate-notify"}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{tofu.Group}, Resources: []string{tofu.Resource}, Verbs: []string{"list"}},
		{APIGroups: []string{tofu.SourceGroup}, Resources: []string{"gitrepositories"}, Verbs: []string{"get"}},
	}}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: role.ObjectMeta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: "gate-notify-" + namespace}},
	}
	if err := errors.Join(s.Client.Create(ctx, role), s.Client.Create(ctx, binding)); err != nil {
		return err
	}
	var err error
	l.kubeconfig, err = s.Cluster.KubeconfigFor("gate-notify-" + namespace)
	return err
}

// notify tells Flux of pushes, and follows them.
func (l *Loop) notify() error {
	receiver := standin.Receiver{
		Name: types.NamespacedName{Namespace: l.name.Namespace, Name: "lake"}, Token: l.token,
		Source: types.NamespacedName{Namespace: l.name.Namespace, Name: sourceName},
	}
	root := l.Receive(receiver)
	return l.Repository.Hook("post-receive", fmt.Sprintf(
		"#!/bin/sh\nexec '%s' notify --receiver %s --receiver-name %s --token-file '%s' --follow --kubeconfig '%s' --namespace %s --timeout 45s 2>&1\n",
		l.stage.gateAt, root, receiver.Name, filepath.Join(l.files, "token"), l.kubeconfig, l.name.Namespace))
}

// Gate runs the gate with the rights of the hook, and gives all that it says and its exit code.
func (l *Loop) Gate(ctx context.Context, args ...string) (string, int, error) {
	cmd := exec.CommandContext(ctx, l.stage.gateAt, append(args, "--kubeconfig", l.kubeconfig, "--namespace", l.name.Namespace)...)
	cmd.Dir = l.Repository.Work()
	return ended(cmd)
}

// Audit compares the clone, the states and Airbyte, with all rights, and gives what the gate says of it and its exit code.
func (l *Loop) Audit(ctx context.Context) (string, int, error) {
	cmd := exec.CommandContext(ctx, l.stage.gateAt, "audit", "--dir", l.Repository.Work(), "--kubeconfig", l.stage.Cluster.Kubeconfig(), "--namespace", l.name.Namespace,
		"--airbyte-url", l.root, "--workspace-id", l.API.Workspace)
	cmd.Env = append(os.Environ(), "AIRBYTE_USERNAME="+loopVariables["airbyte_username"], "AIRBYTE_PASSWORD="+l.token)
	return ended(cmd)
}

// ended runs a program, and gives all that it says and its exit code.
func ended(cmd *exec.Cmd) (string, int, error) {
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", 0, err
	}
	return string(out), cmd.ProcessState.ExitCode(), nil
}

// Change pushes a change of examples/changes, and gives what the hooks say.
func (l *Loop) Change(ctx context.Context, name string) (told string, err error) {
	dir := filepath.Join(l.stage.Root, "examples", "changes", name, "commit-1")
	files, err := tree(filepath.Join(dir, "files"))
	if err != nil {
		return "", err
	}
	gone, err := os.ReadFile(filepath.Join(dir, "delete"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	for _, path := range strings.Fields(string(gone)) {
		files[path] = nil
	}
	message, err := os.ReadFile(filepath.Join(dir, "message"))
	if err != nil {
		return "", err
	}
	_, told, err = l.Repository.PushTold(ctx, string(message), files)
	return told, err
}

// tree reads all files below a directory; none where there is none.
func tree(dir string) (standin.Files, error) {
	files := standin.Files{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	return files, err
}
