package signature

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

func verifyOpenPGP(payload, armored []byte, keys []Key, now time.Time) (r Result) {
	defer func() {
		if recover() != nil { // in a parser of bytes that anybody may push
			r.Problem = "cannot be read"
		}
	}()
	r = Result{Format: "openpgp", Problem: otherKey}
	block, err := armor.Decode(bytes.NewReader(armored))
	if err != nil || block.Type != openpgp.SignatureType {
		r.Problem = "cannot be read: it is no armored signature"
		return r
	}
	var ring openpgp.EntityList
	for _, key := range keys {
		if key.openpgp != nil {
			ring = append(ring, key.openpgp)
		}
	}
	config := &packet.Config{Time: func() time.Time { return now }}
	details, err := openpgp.VerifyDetachedSignatureReader(ring, bytes.NewReader(payload), block.Body, config)
	if err == nil {
		_, err = io.Copy(io.Discard, details.UnverifiedBody)
	}
	if err != nil {
		r.Problem = "cannot be read: " + plain(err)
		return r
	}
	if c := details.SelectedCandidate; c != nil {
		r.Key = fmt.Sprintf("%016X", c.IssuerKeyId)
	}
	switch err := details.SignatureError; {
	case errors.Is(err, pgperrors.ErrUnknownIssuer):
	case err != nil:
		r.Problem = "does not verify: " + plain(err)
	default:
		// It was good when the signature says that it was made. That may be a lie.
		_, ok := details.SignedBy.Entity.SigningKeyById(now, details.SignedBy.PublicKey.KeyId, config)
		r.Problem = ""
		if !ok {
			r.Problem = "was made with a key that is expired, revoked or not to sign with"
		}
	}
	return r
}

// plain is an error of the library without its name.
func plain(err error) string { return strings.TrimPrefix(err.Error(), "openpgp: ") }
