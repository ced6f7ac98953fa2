# METADATA
# title: Provider without an exact version
# description: |
#   tofu-controller downloads providers afresh for every run: without an exact version a release of the provider changes
#   what a plan does, with no commit to show for it, and a wide range makes a broken release everybody's problem at once.
#   `1.2.3` and `~> 1.2.3` are exact enough; so is any range of a provider that a committed `.terraform.lock.hcl` fixes.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/providers/requirements
# schemas:
#   - input: schema.module
# custom:
#   severity: warning
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TICKET-001
#   remediation: >-
#     name the version in required_providers: `<name> = { source = "<namespace>/<name>", version = "1.2.3" }`
package terraform.unpinned_provider

deny contains {"message": message, "at": provider.at} if {
	count(input.syntax) == 0
	some provider in input.providers
	not provider.pinned
	message := sprintf("provider %s %s", [provider.name, fault(provider.version)])
}

fault(null) := "has no version, so that every run takes the newest release"

fault(version) := sprintf("has the version %q, which leaves the release open", [version]) if is_string(version)
