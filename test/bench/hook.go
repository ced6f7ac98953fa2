package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// hook is what a server runs before it takes a push.
type hook struct {
	name string
	body string // the shell script after its first line; empty for no hook at all
}

func gateHook(t tools) hook { return hook{"gate pre-receive", "exec '" + t.gate + "' pre-receive\n"} }

// logHook is the least that any hook must do that looks at every new commit.
func logHook() hook {
	return hook{"git log alone", "while read -r old new ref; do\n" +
		"  git log -m --raw --no-renames -z \"$new\" --not --all >/dev/null || exit 1\ndone\n"}
}

func noHook() hook { return hook{name: "no hook"} }

// script is the hook as a user would install it; empty for no hook.
func (h hook) script() string {
	if h.body == "" {
		return ""
	}
	return "#!/bin/sh\n" + h.body
}

// measured is the hook run by this program, which writes what it took to a file.
func (h hook) measured(t tools, file string) string {
	body := strings.ReplaceAll(h.body, "'", `'\''`)
	return fmt.Sprintf("#!/bin/sh\nexec '%s' hook '%s' /bin/sh -c '%s'\n", t.self, file, body)
}

// measureHook runs a hook as git ran this process: with its input, in its environment.
func measureHook(ctx context.Context, file string, args []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	data, err := json.Marshal(usageOf(cmd.ProcessState, time.Since(begun)))
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

func readUsage(file string) (usage, error) {
	var u usage
	data, err := os.ReadFile(file)
	if err != nil {
		return u, fmt.Errorf("read what the hook took: %w", err)
	}
	if err := json.Unmarshal(data, &u); err != nil {
		return u, fmt.Errorf("read what the hook took: %w", err)
	}
	return u, os.Remove(file)
}
