package impact

import (
	"io"

	"github.com/lotus-lake/lotus-gate/validate/report"
)

// WriteJSON writes the report as one JSON object.
func WriteJSON(w io.Writer, r Report) error { return report.EncodeJSON(w, r) }
