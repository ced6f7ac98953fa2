package rerun

import (
	"fmt"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// ModeOf a Terraform object: its annotation, else its namespace's label, else the
// default. A misspelt one counts as disabled, and the error says so.
func ModeOf(annotations, labels map[string]string, fallback secrethash.Mode) (secrethash.Mode, error) {
	where, text := "annotation", annotations[AnnotationMode]
	if text == "" {
		where, text = "namespace label", labels[AnnotationMode]
	}
	if text == "" {
		if fallback == "" {
			return secrethash.Enabled, nil
		}
		return fallback, nil
	}
	mode, err := secrethash.ParseMode(text)
	if err != nil {
		return mode, fmt.Errorf("%s %s: %w; taken as %s", where, AnnotationMode, err, mode)
	}
	return mode, nil
}
