// Package signature verifies the signatures of commits by given keys. It runs no
// program, asks no key server and knows nothing of git.
package signature

import (
	"bytes"
	"fmt"
	"time"
)

// Result is what became of a signature.
type Result struct {
	Format  string // ssh, openpgp, x509 or unknown
	Key     string // the key that it names, as ssh-keygen or gpg write it; "" for none
	Problem string // why it proves nothing, as half a sentence; "" when it is verified
}

// maxBytes bounds an armored signature. The largest keys need some thousands.
const maxBytes = 64 << 10

// Verify checks an armored signature over payload against the keys that may have
// made it. made is when the commit says that it was made, now when it is judged:
// a key must be good at both, so that one that is no longer good helps nobody who
// sets back a clock.
func Verify(payload, armored []byte, keys []Key, made, now time.Time) Result {
	format := formatOf(armored)
	if len(armored) > maxBytes {
		return Result{Format: format, Problem: fmt.Sprintf("is larger than %d bytes", maxBytes)}
	}
	switch format {
	case "ssh":
		return verifySSH(payload, armored, keys, made, now)
	case "openpgp":
		return verifyOpenPGP(payload, armored, keys, now)
	case "x509":
		return Result{Format: format, Problem: "is one of X.509, which the gate cannot verify"}
	}
	return Result{Format: format, Problem: "is of no known format"}
}

func formatOf(armored []byte) string {
	line, _, _ := bytes.Cut(armored, []byte("\n"))
	switch string(bytes.TrimRight(line, "\r")) {
	case beginSSH:
		return "ssh"
	case "-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----":
		return "openpgp"
	case "-----BEGIN SIGNED MESSAGE-----":
		return "x509"
	}
	return "unknown"
}

// otherKey says that a signature was made with a key that is not among those.
const otherKey = "was made with another key than those listed"
