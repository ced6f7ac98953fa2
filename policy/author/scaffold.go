package author

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/lotus-lake/lotus-gate/policy"
)

// scaffolds holds, for each kind of document, a rule with its test and its examples
// under the names of `your_domain.your_rule`.
//
//go:embed scaffold
var scaffolds embed.FS

// DefaultKind is judged in git and in the cluster.
const DefaultKind = "manifest"

var idPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$`) })

// New writes a rule "domain/rule" on documents of a kind, its test and its examples
// into dir/domain/rule, all of them passing, and names the files. It overwrites
// nothing, and writes nothing when a mistake is found: a *policy.LoadError.
func New(embedded fs.FS, dir, id, kind string) ([]string, error) {
	if err := checkID(embedded, id); err != nil {
		return nil, &policy.LoadError{Err: err}
	}
	if !slices.Contains(policy.Kinds(), kind) {
		return nil, &policy.LoadError{Err: fmt.Errorf("there are no documents of kind %q: want one of %s", kind, strings.Join(policy.Kinds(), ", "))}
	}
	domain, rule, _ := strings.Cut(id, "/")
	names := strings.NewReplacer("your_domain", domain, "your_rule", rule)
	texts, memory := map[string][]byte{}, fstest.MapFS{}
	for _, file := range []string{"rule.rego", "rule_test.rego", ExamplesFile} {
		text, err := scaffolds.ReadFile(path.Join("scaffold", kind, file))
		if err != nil {
			return nil, fmt.Errorf("read scaffold: %w", err)
		}
		text = []byte(names.Replace(string(text)))
		if suffix, isRego := strings.CutPrefix(file, "rule"); isRego {
			file = rule + suffix
		}
		name := filepath.Join(dir, domain, rule, file)
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return nil, &policy.LoadError{Err: fmt.Errorf("%s is there already: choose another name, or remove it first", name)}
		}
		texts[name], memory[id+"/"+file] = text, &fstest.MapFile{Data: text}
	}
	// A name can be good for a folder and not for Rego.
	if _, err := policy.LoadFiles(embedded, []policy.Files{{Name: dir, FS: memory}}); err != nil {
		return nil, fmt.Errorf("%s cannot be the name of a rule: %w", id, err)
	}
	if err := os.MkdirAll(filepath.Join(dir, domain, rule), 0o755); err != nil {
		return nil, err
	}
	var written []string
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if err := writeNew(name, texts[name]); err != nil {
			return written, err
		}
		written = append(written, name)
	}
	return written, nil
}

func checkID(embedded fs.FS, id string) error {
	if !idPattern().MatchString(id) {
		return fmt.Errorf("%q: want domain/rule, in small letters, digits and _, as in lake/no_owner", id)
	}
	for part := range strings.SplitSeq(id, "/") {
		if slices.Contains(ast.KeywordsForRegoVersion(ast.RegoV1), part) || ast.RootDocumentNames.Contains(ast.VarTerm(part)) {
			return fmt.Errorf("%s: %s is a word of Rego: choose another", id, part)
		}
	}
	domain, _, _ := strings.Cut(id, "/")
	if domain == "lib" || slices.Contains(policy.Reserved(), domain) {
		return fmt.Errorf("%s: %s is not for rules: choose another domain", id, domain)
	}
	shipped, err := policy.LoadFiles(embedded, nil)
	if err != nil {
		return err
	}
	if _, taken := shipped.Rule(id); taken {
		return fmt.Errorf("%s is a shipped rule: choose another name", id)
	}
	return nil
}

// writeNew writes a file that is not there.
func writeNew(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
