package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrNoBinary is wrapped by the error of a program that was not built.
var ErrNoBinary = errors.New("not found; run `make controlplane`")

// Binary returns the path of one of etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, kwok, helm and certmanager:
// that of the directory KUBEBUILDER_ASSETS where it has one, else the one that "make controlplane" built in the repository
// around the working directory.
func Binary(name string) (string, error) {
	var places []string
	if assets := os.Getenv("KUBEBUILDER_ASSETS"); assets != "" {
		places = append(places, filepath.Join(assets, name))
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find %s: %w", name, err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "test", "controlplane", "go.mod")); err == nil {
			places = append(places, filepath.Join(dir, ".cache", "controlplane", "bin", name))
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	for _, path := range places {
		if found, err := exec.LookPath(path); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, ErrNoBinary)
}
