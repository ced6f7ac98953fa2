package rerun

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// TokenPrefix begins every value of requestedAt that is ours.
const TokenPrefix = "lotus-gate-"

// maxAttempt bounds what a foreign record or token can make us count to.
const maxAttempt = 1 << 20

// token is the value of requestedAt that asks for what r wants: the same at
// admission and in the controller, once for each change. Later attempts differ.
func (r Record) token(attempt int) string {
	fields := []string{r.Revision, r.Digest}
	for _, id := range slices.Sorted(maps.Keys(r.Inputs)) {
		fields = append(fields, id, r.Inputs[id])
	}
	return numbered(TokenPrefix+short(fields...), attempt)
}

// pokeToken asks a source for something newer than the artifact it has.
func pokeToken(s *Source, attempt int) string {
	return numbered(TokenPrefix+short("source", s.Revision, s.Digest), attempt)
}

// pokes is how often s was poked since it has this artifact, as its annotation says.
func pokes(s *Source) int {
	first := pokeToken(s, 1)
	if s.Requested == first {
		return 1
	}
	number, found := strings.CutPrefix(s.Requested, first+"-")
	if !found {
		return 0
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 2 || n > maxAttempt {
		return 0
	}
	return n
}

// fresh is the first attempt from this one on whose token is not in any of taken:
// a value that the object carries or handled already would wake nobody.
func (r Record) fresh(attempt int, taken ...string) int {
	for slices.Contains(taken, r.token(attempt)) {
		attempt++
	}
	return attempt
}

func numbered(token string, attempt int) string {
	if attempt <= 1 {
		return token
	}
	return token + "-" + strconv.Itoa(attempt)
}

// short is 16 hex digits of the fields, each with its length first. Digests of
// inputs are keyed already, the rest is no secret.
func short(fields ...string) string {
	h := sha256.New()
	var length [8]byte
	for _, field := range fields {
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		h.Write(length[:])
		h.Write([]byte(field))
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
