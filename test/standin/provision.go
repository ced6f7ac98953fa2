package standin

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// provision does what the lake's local-exec provisioners do, which all are one curl: it posts $BODY to $URL as $AIRBYTE_USER, and fails where curl -f does.
func (a *apply) provision(block *hclsyntax.Block) error {
	for _, inner := range block.Body.Blocks {
		if inner.Type != "provisioner" {
			continue
		}
		command, err := a.value(inner.Body.Attributes["command"].Expr)
		if err != nil {
			return err
		}
		if text, _ := command.(string); !strings.HasPrefix(text, "curl -sf ") {
			return fmt.Errorf("%v is more than this stand-in can run", command)
		}
		value, err := a.value(inner.Body.Attributes["environment"].Expr)
		if err != nil {
			return err
		}
		environment, _ := value.(map[string]any)
		text := func(name string) string { s, _ := environment[name].(string); return s }
		request, err := http.NewRequest(http.MethodPost, text("URL"), strings.NewReader(text("BODY")))
		if err != nil {
			return fmt.Errorf("provisioner: %w", err)
		}
		request.Header.Set("Content-Type", "application/json")
		user, password, _ := strings.Cut(text("AIRBYTE_USER"), ":")
		request.SetBasicAuth(user, password)
		client := http.Client{Timeout: 10 * time.Second}
		response, err := client.Do(request)
		if err != nil {
			return fmt.Errorf("provisioner: %w", err)
		}
		_ = response.Body.Close()
		if response.StatusCode >= 400 {
			return fmt.Errorf("provisioner: curl: HTTP %d", response.StatusCode)
		}
	}
	return nil
}
