package lake

import (
	"github.com/lotus-lake/lotus-gate/policy"
)

// Workspace builds the document of what only the whole repository shows.
func (v *View) Workspace() (policy.Document, error) {
	return policy.Document{Kind: "workspace", Input: map[string]any{"modules": []any{}, "terraform_objects": []any{}, "secret_uses": []any{}}}, nil
}
