package secrethash

import "fmt"

// Mode says what may be done to a workload.
type Mode string

// Modes, as annotation, label and configuration spell them.
const (
	Enabled  Mode = "enabled"
	Disabled Mode = "disabled"
	DryRun   Mode = "dry-run" // told, counted and kept in the baseline; templates stay as they are
)

// ParseMode reads one spelling.
func ParseMode(text string) (Mode, error) {
	switch mode := Mode(text); mode {
	case Enabled, Disabled, DryRun:
		return mode, nil
	}
	return Disabled, fmt.Errorf("%q is none of %s, %s, %s", text, Enabled, Disabled, DryRun)
}

// ModeOf a workload: its annotation, else its namespace's label, else the default. A misspelt one counts as disabled, for whoever wrote it wanted something other than the
// default; the error says so, and the mode can be used all the same.
func ModeOf(annotations, namespaceLabels map[string]string, defaultMode Mode) (Mode, error) {
	if text, found := annotations[AnnotationRollout]; found {
		mode, err := ParseMode(text)
		if err != nil {
			err = fmt.Errorf("annotation %s: %w; taken as %s", AnnotationRollout, err, Disabled)
		}
		return mode, err
	}
	if text, found := namespaceLabels[LabelRollout]; found {
		mode, err := ParseMode(text)
		if err != nil {
			err = fmt.Errorf("namespace label %s: %w; taken as %s", LabelRollout, err, Disabled)
		}
		return mode, err
	}
	return defaultMode, nil
}
