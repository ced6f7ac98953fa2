package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestUsage: mistakes in the arguments are told in a line, with exit code 2,
// before anything is contacted.
func TestUsage(t *testing.T) {
	for args, want := range map[string]string{
		"--certs own":                                          "unknown flag: --certs (see `webhook --help`)",
		"extra":                                                `unknown command "extra" for "webhook"`,
		"--certificates magic":                                 `--certificates "magic": want own, cert-manager or files`,
		"--certificates files":                                 "--certificates files needs --cert-dir",
		"--certificates own --issuer a":                        "--issuer is of no use with --certificates own",
		"--certificates cert-manager --issuer a":               `--issuer "a": want Issuer/NAME or ClusterIssuer/NAME`,
		"--certificates cert-manager --cert-dir d":             "--cert-dir is of no use with --certificates cert-manager",
		"--cert-dir /nowhere --kubeconfig testdata/kubeconfig": "read the certificate: open /nowhere/tls.crt: no such file or directory",
		"--certificate-lifetime 1s":                            "--certificate-lifetime is a minute at least, and --ca-lifetime twice that",
		"--ca-lifetime 30h":                                    "--certificate-lifetime is a minute at least, and --ca-lifetime twice that",
		"--drain-delay -1s":                                    "--drain-delay and --ca-settle cannot be negative, and --drain-timeout is more than 0",
		"--lease-duration 5s":                                  "want --lease-duration > --renew-deadline > 1.2 times --retry-period > 0",
		"--bind-address 9443":                                  `--bind-address "9443": want host:port`,
		"--bind-address :0":                                    `--bind-address ":0": want host:port`,
		"--webhook-url http://a":                               `--webhook-url "http://a": want https://host:port`,
		"--webhook-url https://a/b":                            `--webhook-url "https://a/b": want https://host:port`,
		"--log-level loud":                                     `--log-level "loud": want error, info, debug, or 0 to 9`,
		"":                                                     "not in a cluster: --kubeconfig is needed",
		"rotate-key":                                           "not in a cluster: --kubeconfig is needed",
		"rotate-key now":                                       "unknown command \"now\" for \"webhook rotate-key\" (see `webhook rotate-key --help`)",
		"rotate-ca --ca-lifetime 1m":                           "--certificate-lifetime is a minute at least, and --ca-lifetime twice that",
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(args), &stdout, &stderr)
		if got := stderr.String(); code != exitUsage || !strings.HasPrefix(got, "webhook: "+want) || strings.Count(got, "\n") != 1 || stdout.Len() > 0 {
			t.Errorf("webhook %s: exit %d, %q; want exit 2, %q", args, code, got, want)
		}
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"version"}, &stdout, &stderr); code != 0 || !strings.HasPrefix(stdout.String(), "webhook ") {
		t.Errorf("version: exit %d, %q, %q", code, stdout.String(), stderr.String())
	}
}
