# METADATA
# title: Secret in plaintext
# description: |
#   Base64 is no encryption: whoever can read the repository, now or from any old clone, can read the Secret. Secrets
#   live in git encrypted by SOPS, and Flux decrypts them in the cluster. An ExternalSecret or a SealedSecret, and values
#   that Flux substitutes, hold nothing to read. Every new commit is judged, because a later one cannot take it back.
# related_resources:
#   - ref: https://fluxcd.io/flux/guides/mozilla-sops/
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: history
#   kinds: [manifest]
#   mentions: [Secret]
#   ticket: TICKET-004
#   remediation: >-
#     encrypt it, `sops --encrypt --in-place <file>`, and commit again without the plaintext, because a later commit
#     takes nothing away: `git reset --soft $(git merge-base origin/main HEAD)` (or another branch that the server
#     has), `git commit -a -C ORIG_HEAD`; if it was ever pushed anywhere, change the value too
#   parameters:
#     placeholders:
#       description: regular expressions of values that are filled in later
#       schema: {type: array, items: {type: string, format: regex}}
#       default:
#         - '^([\s:@/,.]*\$\{[A-Za-z_][A-Za-z0-9_]*\})+[\s:@/,.]*$'
#         - '^<path:[^>]+>$'
package secrets.plaintext_manifest

deny contains {"message": message, "field": [section, key]} if {
	input.object.apiVersion == "v1"
	input.object.kind == "Secret"
	not input.encrypted
	some section in ["data", "stringData"]
	some key, value in input.object[section]
	plaintext(value)
	message := sprintf("key %v of Secret %v is not encrypted", [key, name])
}

default name := "without a name"

name := input.object.metadata.name

# What SOPS encrypted stays unreadable, even where another value of the file was forgotten.
plaintext(value) if {
	value != null
	text := trim_space(sprintf("%v", [value]))
	text != ""
	not regex.match(`^ENC\[AES256_GCM,data:[^\]]*\]$`, text)
	every pattern in data.parameters["secrets/plaintext_manifest"].placeholders {
		not regex.match(pattern, text)
	}
}
