{{- /* Names are fixed: the webhook configurations and annotations are the cluster's, so there is one installation in it. */ -}}

{{- define "lotus-gate.selector" -}}
app.kubernetes.io/name: lotus-gate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "lotus-gate.labels" -}}
{{ include "lotus-gate.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "lotus-gate.image" -}}
{{- $repository := required "image.repository is required: build the image (docs/operations.md#image) and say where it is" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- /* The entries of files/<.file> with what this installation decides. They come without a caBundle: the process or cert-manager publishes it, and an
upgrade leaves alone what the chart does not name. Requests of our own namespace never come, or nothing could mend a webhook that is down;
those of excluded namespaces only where state is protected. */ -}}
{{- define "lotus-gate.webhooks" -}}
{{- $values := .root.Values -}}
{{- $policy := $values.webhooks.failurePolicy -}}
{{- $own := .root.Release.Namespace -}}
{{- $webhooks := list -}}
{{- range (.root.Files.Get (print "files/" .file) | replace "RELEASE_NAMESPACE" $own | fromYaml).webhooks -}}
{{- $protection := eq .failurePolicy "Fail" -}}
{{- $excluded := $protection | ternary (list) $values.excludeNamespaces -}}
{{- $namespaces := list (dict "key" "kubernetes.io/metadata.name" "operator" "NotIn" "values" (append $excluded $own | uniq | sortAlpha)) -}}
{{- with $values.namespaces -}}
{{- $namespaces = append $namespaces (dict "key" "kubernetes.io/metadata.name" "operator" "In" "values" (. | uniq | sortAlpha)) -}}
{{- end -}}
{{- $ours := dict
  "clientConfig" (dict "service" (dict "name" "lotus-gate" "namespace" $own "path" .clientConfig.service.path "port" 443))
  "failurePolicy" ($protection | ternary $policy.stateProtection $policy.other)
  "namespaceSelector" (dict "matchExpressions" $namespaces)
  "timeoutSeconds" $values.webhooks.timeoutSeconds -}}
{{- $webhooks = append $webhooks (merge $ours .) -}}
{{- end -}}
{{ toYaml $webhooks }}
{{- end }}
