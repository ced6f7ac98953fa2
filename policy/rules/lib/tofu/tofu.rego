# Objects of tofu-controller (API group infra.contrib.fluxcd.io), and what it keeps.
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

# secret_state is where a Terraform object keeps its state: in a Secret that the
# backend of its own names. Undefined for objects with another backend.
secret_state(object) := {"workspace": workspace(object), "suffix": suffix(object)} if not other_backend(object.spec)

workspace(object) := object.spec.workspace if given(object.spec.workspace)

else := "default"

suffix(object) := object.spec.backendConfig.secretSuffix if given(object.spec.backendConfig.secretSuffix)

else := object.metadata.name

other_backend(spec) if spec.backendConfig.disable == true

other_backend(spec) if {
	some key in ["customConfiguration", "configPath"]
	given(spec.backendConfig[key])
}

other_backend(spec) if {
	some key in ["backendConfigsFrom", "cloud"]
	not is_null(spec[key])
}

given(text) if {
	is_string(text)
	text != ""
}

# shared says that one object keeps its state where another does.
shared(name, state, other) := sprintf(
	"Terraform object %s keeps its state in Secret tfstate-%s-%s, as %s does",
	[name, state.workspace, state.suffix, other],
)

# material tells what of Terraform a Secret holds, by its name or its labels:
# "state" or "plan". Undefined for other Secrets.
material(secret) := "state" if named(secret, "tfstate-")

else := "plan" if named(secret, "tfplan-")

else := "state" if secret.metadata.labels.tfstate == "true"

else := "plan" if secret.metadata.labels[plan_label]

named(secret, prefix) if {
	is_string(secret.metadata.name)
	startswith(secret.metadata.name, prefix)
}

plan_label := "infra.contrib.fluxcd.io/plan-name"
