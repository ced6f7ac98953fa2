package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
)

func newPolicyCapabilities() *cobra.Command {
	return &cobra.Command{
		Use:     "capabilities",
		Short:   "Print OPA's capabilities without what rules may not use, for opa and Regal",
		Example: "  gate policy capabilities > capabilities.json\n  opa check --capabilities capabilities.json my-rules",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := json.Marshal(policy.Capabilities())
			if err != nil {
				return fmt.Errorf("capabilities: %w", err)
			}
			var all map[string]any
			if err := json.Unmarshal(text, &all); err != nil {
				return fmt.Errorf("capabilities: %w", err)
			}
			all["allow_net"] = []string{} // an empty list is left out by OPA, and then every host is allowed
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetIndent("", "  ")
			return enc.Encode(all)
		},
	}
}
