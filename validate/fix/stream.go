package fix

import (
	"bytes"
	"path"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// turnOff writes false over the true of a stream's backfill flag.
func (p *planner) turnOff(f policy.Finding) (string, error) {
	file, err := p.open(f.Path)
	if err != nil {
		return "", err
	}
	flag := stream.Read(f.Path, file.after).Root.Get("backfill")
	if !flag.IsTrue() {
		return "the file has no backfill flag that is on", nil
	}
	at := offset(file.after, flag.Line, flag.Column)
	const on, off = "true", "false"
	file.after = bytes.Join([][]byte{file.after[:at], file.after[at+len(on):]}, []byte(off))
	return "", nil
}

// offset is where in a text a line and a column, both from 1, lie.
func offset(text []byte, line, column int) int {
	at := 0
	for range line - 1 {
		at += bytes.IndexByte(text[at:], '\n') + 1
	}
	return at + column - 1
}

// catalog renders the catalog of the source that a finding is about, or removes it
// with its last stream.
func (p *planner) catalog(f policy.Finding) (string, error) {
	source, ok := p.View.Layout.TouchesSource(f.Path)
	if !ok {
		return "it belongs to no source", nil
	}
	c, err := p.View.Catalog(source)
	if err != nil {
		return "", err
	}
	if c.Err != nil {
		return "the catalog cannot be rendered: " + c.Err.Error(), nil
	}
	if c.State == stream.CatalogOrphan {
		doc := p.document("source", path.Join(p.View.Layout.Streams, source))
		if readers, _ := doc.Input["readers"].([]any); len(readers) > 0 {
			return "Terraform still reads the catalog: delete the connection with it", nil
		}
	}
	file, err := p.open(c.Path)
	if err != nil {
		return "", err
	}
	file.after = c.Rendered
	return "", nil
}
