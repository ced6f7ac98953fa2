package report

import (
	"bufio"
	"io"
)

// EncodeJSON writes a value as indented JSON that may be shown on a terminal.
func EncodeJSON(w io.Writer, value any) error {
	out := bufio.NewWriter(w)
	if err := encodeJSON(out, value); err != nil {
		return err
	}
	return out.Flush()
}
