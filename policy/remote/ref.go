package remote

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"oras.land/oras-go/v2/registry"
)

type transport int

const (
	overOCI transport = iota + 1
	overHTTP
	overGit
)

// Ref says where a bundle is published.
type Ref struct {
	over  transport
	text  string
	oci   registry.Reference
	plain bool     // OCI without TLS
	url   *url.URL // of the bundle, or of the git repository
	path  string   // in git: of an archive, or of the directory in which the bundle lies unpacked
	git   string   // branch, tag or commit
}

func (r Ref) String() string { return r.text }

// Pinned reports whether the reference can only ever stand for one bundle.
func (r Ref) Pinned() bool {
	switch r.over {
	case overOCI:
		return r.oci.ValidateReferenceAsDigest() == nil
	case overGit:
		return commit.MatchString(r.git)
	}
	return false
}

// IsRef tells a reference from the name of a file.
func IsRef(text string) bool { return strings.Contains(text, "://") }

// commit is a whole commit id.
var commit = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// Forms are the references that ParseRef takes, for messages.
const Forms = "oci://HOST/REPOSITORY:TAG, oci://HOST/REPOSITORY@sha256:…, https://HOST/PATH or git+https://HOST/REPOSITORY.git//PATH?ref=BRANCH"

// ParseRef reads a reference. Without TLS there are oci+http, http and git+http.
func ParseRef(text string) (Ref, error) {
	fail := func(err error) (Ref, error) { return Ref{}, fmt.Errorf("%q: %w; want %s", text, err, Forms) }
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return fail(errors.New("no reference to a bundle"))
	}
	if scheme == "oci" || scheme == "oci+http" {
		oci, err := registry.ParseReference(rest)
		if err == nil && oci.Reference == "" {
			err = errors.New("names no tag and no digest")
		}
		if err != nil {
			return fail(err)
		}
		return Ref{over: overOCI, text: text, oci: oci, plain: scheme == "oci+http"}, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return Ref{}, errors.New("no reference to a bundle: it cannot be parsed; want " + Forms) // the parser would quote a password
	}
	if _, secret := u.User.Password(); secret {
		return Ref{}, errors.New("a reference holds a password: give credentials in a file in the format of Docker's config.json; for git, in git's own way")
	}
	if u.Fragment != "" {
		return fail(errors.New("has a fragment"))
	}
	inner, isGit := strings.CutPrefix(scheme, "git+")
	switch {
	case isGit && (inner == "https" || inner == "http" || inner == "ssh" || inner == "file"):
		u.Scheme = inner
		return parseGit(text, u)
	case (scheme == "https" || scheme == "http") && u.Host != "" && u.User == nil:
		return Ref{over: overHTTP, text: text, url: u}, nil
	}
	return fail(errors.New("no reference to a bundle"))
}

func parseGit(text string, u *url.URL) (Ref, error) {
	fail := func(what string) (Ref, error) { return Ref{}, fmt.Errorf("%q: %s; want %s", text, what, Forms) }
	repository, path, found := strings.Cut(strings.TrimPrefix(u.Path, "/"), "//")
	path = strings.Trim(path, "/")
	switch {
	case !found || repository == "":
		return fail("does not say with // where the repository ends and the path in it begins")
	case u.Host == "" && u.Scheme != "file":
		return fail("names no host")
	case strings.HasPrefix(u.Host, "-") || strings.Contains(path, ".."):
		return fail("not accepted")
	}
	ref := u.Query().Get("ref")
	if ref == "" || strings.HasPrefix(ref, "-") || strings.ContainsAny(ref, " :^~?*[\\") {
		return fail("needs ?ref= with a branch, a tag or a whole commit id")
	}
	u.Path, u.RawPath, u.RawQuery = "/"+repository, "", ""
	return Ref{over: overGit, text: text, url: u, path: path, git: ref}, nil
}
