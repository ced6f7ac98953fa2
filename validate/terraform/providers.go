package terraform

import (
	"path"
	"sort"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// requireProviders reports the providers that the module requires, and those that it uses without saying so.
func (x *index) requireProviders(m *Module) {
	required := map[string]*Provider{}
	locked := x.lockedSources()
	for _, b := range x.blocks {
		if b.kind != "terraform" {
			continue
		}
		for _, a := range b.attributes {
			if name, entry := strings.CutPrefix(a.path, "required_providers."); entry && !strings.Contains(name, ".") {
				address := "provider." + name
				at := a.position(a.At)
				if p := required[name]; p != nil {
					m.Duplicates = append(m.Duplicates, Duplicate{Address: address, At: at, First: p.At})
					continue
				}
				p := &Provider{Name: name, Source: "hashicorp/" + name, At: at}
				required[name] = p
				for i := range a.Leaves {
					text, ok := a.Leaves[i].Value.(string)
					switch {
					case ok && a.Leaves[i].Path == "source":
						p.Source = text
					case ok && (a.Leaves[i].Path == "version" || a.Leaves[i].Path == ""):
						p.Version = &text
					}
				}
			}
		}
	}
	x.findUsedProviders(required)
	for _, p := range required {
		p.Pinned = p.Version != nil && exact().MatchString(*p.Version) || locked[p.Source]
		m.Providers = append(m.Providers, *p)
	}
	sort.Slice(m.Providers, func(i, j int) bool { return m.Providers[i].Name < m.Providers[j].Name })
}

// exact matches a constraint that allows one version, or the patch releases of one minor version.
var exact = lazy.Regexp(`^\s*(=?\s*v?\d+\.\d+\.\d+\S*|~>\s*v?\d+\.\d+\.\d+\S*)\s*$`)

// backendOf is the `backend "s3" { … }` or `cloud { … }` of a terraform block, or nil.
func backendOf(file string, settings *hcl.Block) *Backend {
	for i := range settings.Blocks {
		b := &settings.Blocks[i]
		at := Position{Path: file, Line: b.At.Line, Column: b.At.Column}
		switch {
		case b.Type == "backend" && len(b.Labels) == 1:
			return &Backend{Type: b.Labels[0], At: at}
		case b.Type == "cloud":
			return &Backend{Type: "cloud", At: at}
		}
	}
	return nil
}

// findUsedProviders adds the providers that blocks use without an entry in required_providers.
func (x *index) findUsedProviders(required map[string]*Provider) {
	for _, b := range x.blocks {
		name := ""
		switch {
		case b.kind == "provider":
			name = b.labels[0]
		case b.kind == "resource" || b.kind == "data" || b.kind == "ephemeral":
			name, _, _ = strings.Cut(b.labels[0], "_")
			if a := b.attribute("provider"); a != nil && len(a.References) > 0 {
				name = a.References[0].Parts[0]
			}
		}
		if name == "" || name == "terraform" { // terraform_data is built in
			continue
		}
		if p := required[name]; p == nil {
			required[name] = &Provider{Name: name, Source: "hashicorp/" + name, At: b.at}
		}
	}
	for _, b := range x.blocks {
		if b.kind != "provider" {
			continue
		}
		if a := b.attribute("version"); a != nil {
			if text, ok := a.Value.(string); ok && required[b.labels[0]].Version == nil {
				required[b.labels[0]].Version = &text
			}
		}
	}
}

// lockEntry is a provider's block in .terraform.lock.hcl.
var lockEntry = lazy.Regexp(`(?m)^provider "[^"/]+/([^"]+)" \{`)

// lockedSources are the providers whose version the committed lock file fixes.
func (x *index) lockedSources() map[string]bool {
	locked := map[string]bool{}
	file := path.Join(x.in.Dir, ".terraform.lock.hcl")
	if !x.in.Tree.Exists(file) {
		return locked
	}
	data, err := x.in.Tree.Read(file)
	if err != nil {
		return locked // without the lock a provider counts as unpinned: a warning too many, never one too few
	}
	for _, found := range lockEntry().FindAllSubmatch(data, -1) {
		locked[string(found[1])] = true
	}
	return locked
}
