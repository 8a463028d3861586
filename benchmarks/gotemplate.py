"""How fast a Deployment and a Service are rendered, beside gotpl, the other Go template engine for Python.

python -m benchmarks.gotemplate
"""

from __future__ import annotations

import time
from collections.abc import Callable

import gotpl

from delivery.gotemplate import Template, render
from delivery.gotemplate.compiler import compiled
from delivery.gotemplate.functions import BUILTINS
from delivery.gotemplate.helpers import HELPERS
from delivery.gotemplate.parser import parse

MANIFEST = """\
{{- /* The storefront's web server. */ -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
    team: {{.Constants.team}}
    channel: {{.Builtins.ReleaseChannel.Name}}
  annotations:
    {{- range $name, $value := .Params.annotations}}
    {{$name}}: {{printf "%q" $value}}
    {{- end}}
spec:
  replicas: {{if eq .Builtins.ReleaseChannel.Name "production"}}5{{else}}{{.Params.replicas}}{{end}}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
        version: {{.Params.tag}}
    spec:
      serviceAccountName: web
      {{- if .Params.tolerate}}
      tolerations:
        - key: dedicated
          operator: Equal
          value: {{.Builtins.Runtime.Labels.tier}}
          effect: NoSchedule
      {{- end}}
      containers:
        - name: web
          image: "{{.Params.image}}"
          args: ["--region={{.Builtins.Runtime.Labels.region}}", "--log={{.Params.log}}"]
          ports:
            {{- range .Params.ports}}
            - name: {{.name}}
              containerPort: {{.port}}
            {{- end}}
          env:
            - name: CHANNEL
              value: {{.Builtins.ReleaseChannel.Name}}
            - name: DATABASE_URL
              value: "postgres://{{.Params.database}}:5432/web"
            {{- if and .Params.debug (ne .Builtins.ReleaseChannel.Name "production")}}
            - name: DEBUG
              value: "1"
            {{- end}}
          resources:
            requests:
              cpu: {{.Params.cpu}}
              memory: {{.Params.memory}}
            limits:
              memory: {{.Params.memory}}
          readinessProbe:
            httpGet: {path: /healthz, port: http}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    {{- range $i, $port := .Params.ports}}
    - name: {{$port.name}}
      port: {{$port.port}}
    {{- end}}
"""
DATA = {
    "Params": {
        "image": "registry.example/shop/web:v1.4.2",
        "tag": "v1.4.2",
        "replicas": 2,
        "tolerate": True,
        "debug": True,
        "annotations": {"example.com/owner": "web", "example.com/page": "https://docs.example/web"},
        "log": "info",
        "ports": [{"name": "http", "port": 8080}, {"name": "metrics", "port": 9090}],
        "database": "db.internal",
        "cpu": "250m",
        "memory": "256Mi",
    },
    "Constants": {"team": "storefront"},
    "Builtins": {
        "ReleaseChannel": {"Name": "staging"},
        "Runtime": {"Name": "eks-1", "Labels": {"region": "eu-west-1", "tier": "web"}},
    },
}


def microseconds(action: Callable[[], object], times: int) -> float:
    """Return the processor time of one call, in the best of fifteen rounds, which other work disturbs least."""
    rounds = []
    for _ in range(15):
        began = time.process_time()
        for _ in range(times):
            action()
        rounds.append((time.process_time() - began) / times * 1e6)
    return min(rounds)


def main() -> None:
    """Print what rendering and compiling cost."""
    functions = BUILTINS | HELPERS
    ready, other = Template(MANIFEST), gotpl.Template(MANIFEST, missing_key="error")
    assert render(MANIFEST, DATA) == other.render(DATA)
    print(f"{MANIFEST.count(chr(10))} lines")
    warm = microseconds(lambda: render(MANIFEST, DATA), 2000)
    theirs = microseconds(lambda: other.render(DATA), 200)
    print(f"render, warm:     {warm:8.1f} µs")
    print(f"Template.render:  {microseconds(lambda: ready.render(DATA), 2000):8.1f} µs")
    print(f"gotpl, compiled:  {theirs:8.1f} µs, {theirs / warm:.1f} times as long")
    print(f"compile:          {microseconds(lambda: compiled(parse(MANIFEST, functions), functions), 100):8.1f} µs")
    print(f"gotpl's compile:  {microseconds(lambda: gotpl.Template(MANIFEST), 20):8.1f} µs")


if __name__ == "__main__":
    main()
