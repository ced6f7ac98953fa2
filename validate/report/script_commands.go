package report

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// Each of these writes one step as a command, or says that it cannot: a name with
// characters that a terminal or an editor would not show is never written, for nobody
// could read what would be run.

func deletion(args []string) (string, bool) {
	if len(args) != 2 || !legible(args...) {
		return "", false
	}
	body, err := json.Marshal(map[string]string{args[0] + "Id": args[1]})
	if err != nil {
		return "", false
	}
	return fmt.Sprintf("post %s %s", shellQuote(args[0]+"s/delete"), shellQuote(string(body))), true
}

func removal(args []string) (string, bool) {
	if len(args) != 1 || !inside(args[0]) {
		return "", false
	}
	file := shellQuote(args[0])
	directory := shellQuote(path.Join(path.Dir(args[0]), ".terraform"))
	return fmt.Sprintf("git rm --quiet --cached --ignore-unmatch -- %s\nrm -f -- %s\nrm -rf -- %s", file, file, directory), true
}

func importBlock(args []string) (string, bool) {
	if len(args) != 3 || !legible(args...) || !address(args[1]) || args[0] != "" && !inside(args[0]) {
		return "", false
	}
	file := shellQuote(path.Join(args[0], "imports.tf"))
	return fmt.Sprintf("cat >> %s <<'IMPORT'\nimport {\n  to = %s\n  id = %s\n}\nIMPORT\ngit add -- %s", file, args[1], hclQuote(args[2]), file), true
}

func backfillOff(args []string) (string, bool) {
	if len(args) != 1 || !inside(args[0]) {
		return "", false
	}
	file := shellQuote(args[0])
	return fmt.Sprintf("sed 's/\"backfill\": *true/\"backfill\": false/' %s > %s.new\nmv -- %s.new %s\ngit add -- %s", redirectable(args[0]), file, file, file, file), true
}

// resources are those of kubectl by kind.
var resources = map[string]string{
	"Terraform": "terraforms.infra.contrib.fluxcd.io", "GitRepository": "gitrepositories.source.toolkit.fluxcd.io",
	"Bucket": "buckets.source.toolkit.fluxcd.io", "OCIRepository": "ocirepositories.source.toolkit.fluxcd.io",
	"Deployment": "deployment.apps", "StatefulSet": "statefulset.apps", "DaemonSet": "daemonset.apps",
}

func reconciliation(args []string) (string, bool) {
	if len(args) != 3 || resources[args[0]] == "" || !objectName(args[1], args[2]) {
		return "", false
	}
	return fmt.Sprintf("kubectl annotate --overwrite --namespace %s %s %s \"reconcile.fluxcd.io/requestedAt=$(requested)\"",
		shellQuote(args[1]), resources[args[0]], shellQuote(args[2])), true
}

func retry(args []string) (string, bool) {
	if len(args) != 2 || !objectName(args...) {
		return "", false
	}
	return fmt.Sprintf("kubectl patch --namespace %s %s %s --type merge --patch "+
		`"{\"spec\":{\"runnerPodTemplate\":{\"metadata\":{\"annotations\":{\"lotus-gate.dev/requested\":\"$(requested)\"}}}}}"`,
		shellQuote(args[0]), resources["Terraform"], shellQuote(args[1])), true
}

func restart(args []string) (string, bool) {
	if len(args) != 3 || resources[args[0]] == "" || !objectName(args[1:]...) {
		return "", false
	}
	return fmt.Sprintf("kubectl rollout restart --namespace %s %s", shellQuote(args[1]), shellQuote(resources[args[0]]+"/"+args[2])), true
}

// legible reports whether everything in the texts can be seen.
func legible(texts ...string) bool {
	for _, text := range texts {
		if Visible(text) != text {
			return false
		}
	}
	return true
}

// inside reports whether a path is one of the checkout.
func inside(file string) bool {
	return file != "" && legible(file) && path.Clean(file) == file && !path.IsAbs(file) && file != ".." && !strings.HasPrefix(file, "../")
}

// redirectable is a path that no program takes for an option.
func redirectable(file string) string { return shellQuote("./" + file) }

// objectName reports whether names can be those of Kubernetes objects: kubectl would
// take others for options or for several.
func objectName(names ...string) bool {
	for _, name := range names {
		if name == "" || name[0] == '-' || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
			return false
		}
	}
	return true
}

// address reports whether a text is an address of Terraform without quotes: import
// blocks of instances with keys are for a human to write.
func address(text string) bool {
	for _, r := range text {
		if r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return text != ""
}

// shellQuote makes one word of a text for sh, whatever is in it.
func shellQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// hclQuote writes a string of HCL.
func hclQuote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{").Replace(text) + `"`
}
