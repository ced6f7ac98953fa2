# Objects of tofu-controller (API group infra.contrib.fluxcd.io).
package lib.tofu

# terraform holds for a Terraform object of any version of the API. Flux's own
# Kustomization, GitRepository and so on are of other groups.
terraform(object) if {
	is_string(object.apiVersion)
	startswith(object.apiVersion, "infra.contrib.fluxcd.io/")
	object.kind == "Terraform"
}

# complete holds for a Terraform object that stands alone. Without the required
# sourceRef it is a patch for kustomize, which says nothing by what it omits.
complete(object) if {
	terraform(object)
	object.spec.sourceRef
}

# called names the object in messages.
called(object) := sprintf("Terraform object %s", [object.metadata.name]) if is_string(object.metadata.name)

else := "Terraform object"
