package lake

import (
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// stream is the document of a stream configuration, with what was discovered of
// the stream.
func (v *View) stream(e Entry, data []byte) ([]policy.Document, *UninspectedError, error) {
	source, ok := v.Layout.StreamSource(e.Path)
	if !ok {
		return nil, nil, nil
	}
	file := v.parseJSON(e.Path, data)
	var discovered *stream.File
	if f, ok, err := v.discovered(source, file.Stream()); err != nil {
		return nil, nil, err
	} else if ok {
		discovered = &f
	}
	return []policy.Document{{
		Kind: "stream", Path: e.Path, Input: stream.Document(source, file, discovered), Locate: file.Locate,
	}}, nil, nil
}
