package state

import (
	"encoding/base64"
	"strings"
)

// kubernetesObject is what matters here of a Secret or ConfigMap.
type kubernetesObject struct {
	kind   string
	name   string
	labels map[string]string
	values []kubernetesValue
}

type kubernetesValue struct {
	key   string
	value string
	plain bool // stringData, or a ConfigMap's data: not base64
}

// judgeManifest reports a Secret or ConfigMap that holds state or a plan, as the Kubernetes backend and tofu-controller
// write them: by its name, label or key, and by what its values decode to. Values that SOPS encrypted, and empty ones,
// hold nothing.
func (in *inspector) judgeManifest(o kubernetesObject, at place) bool {
	if o.kind == "ConfigMap" {
		return in.judgePlanText(o, at)
	}
	named := o.named()
	for _, v := range o.values {
		if v.value == "" || strings.HasPrefix(v.value, "ENC[AES256_GCM,") {
			continue
		}
		telling := v.key == "tfstate" || v.key == "tfplan"
		if !named && !telling {
			continue
		}
		content := v.bytes()
		where := at.unpacked("value", at.line)
		if !v.plain {
			where = at.unpacked("base64", at.line)
		}
		if m, ok := in.first(content, where); ok {
			in.find(o.form(v.key, m.Form), place{via: m.Via}, at.line, o.detail(m))
			return true
		}
		// A chunk of a larger state or plan decodes to nothing known, save by its first bytes.
		if named || sniff(content) != plain {
			in.find(o.form(v.key, ""), at, at.line, o.detail(Material{}))
			return true
		}
	}
	return false
}

// first is what layer would find first, without adding it to what was found.
func (in *inspector) first(data []byte, at place) (Material, bool) {
	found := in.found
	in.found = nil
	in.layer(data, at)
	inside := in.found
	in.found = found
	if len(inside) == 0 {
		return Material{}, false
	}
	return inside[0], true
}

// judgePlanText knows the ConfigMap in which tofu-controller stores a human-readable plan.
func (in *inspector) judgePlanText(o kubernetesObject, at place) bool {
	if !strings.HasPrefix(o.name, "tfplan-") {
		return false
	}
	for _, v := range o.values {
		if v.key == "tfplan" && v.value != "" && !strings.HasPrefix(v.value, "ENC[AES256_GCM,") {
			in.find(FormKubernetesPlanText, at, at.line, "ConfigMap "+printable(o.name))
			return true
		}
	}
	return false
}

// named says that name or labels give the Secret away.
func (o kubernetesObject) named() bool {
	return strings.HasPrefix(o.name, "tfstate-") || strings.HasPrefix(o.name, "tfplan-") ||
		o.labels["tfstate"] == "true" || o.labels["infra.contrib.fluxcd.io/plan-name"] != ""
}

// form tells plan from state by what was found inside and, failing that, by key and name.
func (o kubernetesObject) form(key, inside string) string {
	switch {
	case inside == FormPlan, inside == FormEncryptedPlan, inside == "" && (key == "tfplan" || strings.HasPrefix(o.name, "tfplan-")):
		return FormKubernetesPlan
	}
	return FormKubernetesState
}

func (o kubernetesObject) detail(inside Material) string {
	name := "Secret without a name"
	if o.name != "" {
		name = "Secret " + printable(o.name)
	}
	switch {
	case inside.Form == "":
		return name
	case inside.Detail == "":
		return name + ", " + inside.Form
	}
	return name + ", " + inside.Form + ", " + inside.Detail
}

// bytes is the value as Kubernetes would store it.
func (v kubernetesValue) bytes() []byte {
	if v.plain {
		return []byte(v.value)
	}
	compact := strings.NewReplacer("\n", "", "\r", "", " ", "", "\t", "").Replace(v.value)
	decoded, err := base64.StdEncoding.DecodeString(compact)
	if err != nil {
		return decodeBase64(nil, []byte(compact[:runEnd([]byte(compact), 0)]))
	}
	return decoded
}
