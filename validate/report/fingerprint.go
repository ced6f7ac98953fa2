package report

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/lotus-lake/lotus-gate/policy"
)

// fingerprints names each finding so that the next run gives it the same name:
// by rule, path and field, and by its turn among findings that share these.
// Line, message and commit are left out: an edit above, a day's age in the
// message or a rebase does not make a finding new. 64 hexadecimal digits each,
// unique within the report.
func fingerprints(findings []policy.Finding) []string {
	type key struct{ rule, path, field string }
	turn := map[key]uint64{}
	out := make([]string, len(findings))
	for i, f := range findings {
		k := key{f.Rule, f.Path, f.Field}
		var b []byte
		for _, part := range []string{k.rule, k.path, k.field} {
			b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
			b = append(b, part...)
		}
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(b, turn[k]))
		out[i] = hex.EncodeToString(sum[:])
		turn[k]++
	}
	return out
}
