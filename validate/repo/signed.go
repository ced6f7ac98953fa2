package repo

import (
	"bytes"
	"time"
)

// Person is who a commit says that wrote or made it. git checks nothing of it: it is a claim.
type Person struct {
	Name, Email string // the bytes git stores
}

// Signed is what a commit says of its people, and what it has to show for it.
type Signed struct {
	Author, Committer Person
	Made              time.Time // the committer's date
	// Payload is what is signed: the commit without its signature. Signature is armored, as ssh-keygen, gpg or gpgsm
	// wrote it; nil for none. More than one is put together, as git does: no such text verifies.
	Payload, Signature []byte
}

// Signed reads a commit for its people and its signature. The hash must be a commit's own.
func (r *Repo) Signed(h Hash) (Signed, error) {
	data, err := r.objects.typed(h, KindCommit)
	if err != nil {
		return Signed{}, err
	}
	header, _, _ := bytes.Cut(data, []byte("\n\n"))
	l, err := r.parseLinks(h, header)
	if err != nil {
		return Signed{}, err
	}
	var s Signed
	committers := 0
	for line := range bytes.SplitSeq(l.rest, []byte{'\n'}) {
		key, value, _ := bytes.Cut(line, []byte{' '})
		switch string(key) {
		case "author":
			s.Author = who(value)
		case "committer":
			_, seconds := person(value)
			s.Committer, s.Made = who(value), time.Unix(seconds, 0).UTC()
			committers++
		}
	}
	if committers != 1 { // of two, git takes now the first and now the last
		return Signed{}, corrupt("commit "+h.String(), "%d committers", committers)
	}
	s.Payload, s.Signature = splitSignature(data)
	return s, nil
}

// who reads "Name <mail> seconds zone".
func who(value []byte) Person {
	name, _ := person(value)
	_, rest, _ := bytes.Cut(value, []byte{'<'})
	mail, _, _ := bytes.Cut(rest, []byte{'>'})
	return Person{name, string(mail)}
}

// signatureHeader begins the lines of a signature in a commit that SHA-1 names. Those of other hashes begin with the
// same letters: no signature covers them.
const signatureHeader = "gpgsig"

// splitSignature takes the signature out of a commit, line by line as git does.
func splitSignature(data []byte) (payload, signature []byte) {
	const none, ours, others = 0, 1, 2
	in := none
	for rest := data; len(rest) > 0; {
		line := rest
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			line = rest[:end+1]
		}
		text, ok := bytes.CutPrefix(line, []byte(signatureHeader+" "))
		switch {
		case in == ours && line[0] == ' ':
			text = line[1:]
		case ok:
			in = ours
		case bytes.HasPrefix(line, []byte(signatureHeader)):
			in = others
		case in == others && line[0] == ' ':
		default:
			in = none
		}
		switch in {
		case ours:
			signature = append(signature, text...)
		case none:
			if line[0] == '\n' { // the message: whatever stands in it is no header
				return append(payload, rest...), signature
			}
			payload = append(payload, line...)
		}
		rest = rest[len(line):]
	}
	return payload, signature
}
