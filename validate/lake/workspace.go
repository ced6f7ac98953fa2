package lake

import (
	"bytes"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/parse"
	"github.com/lotus-lake/lotus-gate/validate/terraform"
)

// Workspace builds the document of what only the whole repository shows. It
// reads every Terraform file and every manifest that can matter to it.
func (v *View) Workspace() (policy.Document, error) {
	var dirs []string
	var manifests []terraform.Manifest
	err := Walk(v, "", func(e Entry) error {
		if e.Mode != Regular {
			return nil
		}
		if IsTerraform(e.Path) {
			dirs = append(dirs, Parent(e.Path))
			return nil
		}
		found, err := v.shared(e)
		manifests = append(manifests, found...)
		return err
	})
	if err != nil {
		return policy.Document{}, err
	}
	slices.Sort(dirs)
	var modules []*terraform.Module
	for _, dir := range slices.Compact(dirs) {
		facts, err := v.Facts(dir)
		if err != nil {
			return policy.Document{}, err
		}
		modules = append(modules, facts)
	}
	input, err := plain(terraform.BuildWorkspace(modules, manifests))
	return policy.Document{Kind: "workspace", Input: input}, err
}

// TouchesWorkspace reports whether a change of a file can alter the document of
// the workspace; it goes by the name alone.
func (v *View) TouchesWorkspace(p string) bool { return IsTerraform(p) || v.maybeManifest(p) }

// shared reads the manifests of a file that keep state or use Secrets. What
// cannot be read or parsed is told by the file's own documents.
func (v *View) shared(e Entry) ([]terraform.Manifest, error) {
	if !v.maybeManifest(e.Path) {
		return nil, nil
	}
	data, err := v.Read(e)
	if _, skip := uninspected(err); skip {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !parse.MayHoldManifests(data) ||
		!bytes.Contains(data, []byte("infra.contrib.fluxcd.io")) && !bytes.Contains(data, []byte("secretKeyRef")) {
		return nil, nil
	}
	objects, _ := parse.Manifests(data)
	found := make([]terraform.Manifest, len(objects))
	for i, m := range objects {
		found[i] = terraform.Manifest{Path: e.Path, Manifest: m}
	}
	return found, nil
}
