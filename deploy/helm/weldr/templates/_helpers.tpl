{{/* The name of the StatefulSet. Members are called NAME-0 and so on; weldr takes 32 characters. */}}
{{- define "weldr.fullname" -}}
{{- $name := .Values.fullnameOverride -}}
{{- if not $name -}}
{{- $name = ternary .Release.Name (printf "%s-weldr" .Release.Name) (contains "weldr" .Release.Name) -}}
{{- end -}}
{{- if gt (len $name) 30 -}}
{{- fail (printf "the name %q has %d characters (expected: at most 30; set fullnameOverride)" $name (len $name)) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* The headless service: the names by which members reach each other. */}}
{{- define "weldr.members" -}}
{{ include "weldr.fullname" . }}-members
{{- end -}}

{{- define "weldr.domain" -}}
{{ include "weldr.members" . }}.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{- define "weldr.secretName" -}}
{{ .Values.secret.existing | default (printf "%s-secret" (include "weldr.fullname" .)) }}
{{- end -}}

{{- define "weldr.secretKey" -}}
{{ ternary .Values.secret.key "secret" (ne .Values.secret.existing "") }}
{{- end -}}

{{- define "weldr.selector" -}}
app.kubernetes.io/name: weldr
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "weldr.labels" -}}
{{ include "weldr.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "weldr.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* What is the same on all members, without the peers: a change of it restarts the pods, one after the other. */}}
{{- define "weldr.settings" -}}
{{- $own := dict
    "proxy-address" (printf "%s:8080" .Values.listenHost)
    "raft-address" (printf "%s:9687" .Values.listenHost)
    "status-address" (printf "%s:%d" .Values.listenHost (int .Values.status.port))
    "data-dir" "/var/lib/weldr/weldr-data"
    "secret-file" "/etc/weldr/secret/secret"
    "drain-timeout" (printf "%ds" (int .Values.stop.drainSeconds))
    "on-removal" "idle" -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) -}}
{{- end -}}

{{/*
The members of a new cluster. A pod with an empty volume asks them: if one of them belongs to a cluster, the pod joins
that cluster. So a longer list is right for the pods that it adds, and means nothing to the others.
*/}}
{{- define "weldr.peers" -}}
peers:
{{- range $i := until (int .Values.replicas) }}
  {{ include "weldr.fullname" $ }}-{{ $i }}: {{ include "weldr.fullname" $ }}-{{ $i }}.{{ include "weldr.domain" $ }}:9687
{{- end }}
{{- end -}}
