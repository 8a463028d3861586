"""How long it takes to render every service of a large project in every channel, from instances to objects.

python -m benchmarks.render [services]        # 1000 services in two channels: 2000 texts of 72 lines, if not said otherwise
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from delivery import manifests
from delivery.gotemplate import Image
from delivery.instances import ManifestFile, Runtime, ServiceInstance
from delivery.manifests import documents, shape, sources
from delivery.problems import Problem, Spot

CHANNELS = ("staging", "production")
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: SERVICE
  labels:
    app: SERVICE
    team: {{.Constants.team}}
spec:
  replicas: {{.Params.replicas}}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      app: SERVICE
  template:
    metadata:
      labels:
        app: SERVICE
        team: {{.Constants.team}}
    spec:
      serviceAccountName: SERVICE
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
      containers:
        - name: main
          image: "{{.Params.image}}"
          args: ["--port=8080", "--channel={{.Builtins.ReleaseChannel.Name}}"]
          ports:
            - name: http
              containerPort: 8080
            - name: metrics
              containerPort: 9090
          env:
            - name: LOG_LEVEL
              value: {{.Constants.level}}
            - name: PUBLIC_URL
              value: "https://SERVICE.{{.Constants.domain}}"
            - name: GOMAXPROCS
              value: "2"
          envFrom:
            - configMapRef:
                name: SERVICE
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 128Mi}
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
            periodSeconds: 5
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            initialDelaySeconds: 10
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
---
apiVersion: v1
kind: Service
metadata:
  name: SERVICE
spec:
  selector:
    app: SERVICE
  ports:
    - name: http
      port: 80
      targetPort: http
"""


def instances(services: int) -> Iterator[ServiceInstance]:
    """Yield every service in every channel, in the order in which channels are resolved."""
    for number in range(services):
        name = f"service-{number:05}"
        file = ManifestFile(f"applications/shop/services/{name}/manifests.yaml", MANIFEST.replace("SERVICE", name))
        digest = f"sha256:{number:064x}"
        for channel in CHANNELS:
            yield ServiceInstance(
                application="shop",
                service=name,
                channel=channel,
                at=Spot(f"applications/shop/services/{name}/{name}.pvn.yaml", 1),
                runtime=Runtime(f"k-{channel}"),
                stack=channel,
                namespace=f"pvn-shop-rc-{channel}",
                owns_namespace=True,
                manifests=(file,),
                parameters={
                    "image": Image(f"docker.io/shop/{name}@{digest}", digest),
                    "replicas": 3,
                },
                constants={"team": "shop", "level": "info", "domain": f"{channel}.example.com"},
                env={"REGION": "eu-1"},
                injects_env=True,
                patches=(),
                preconditions=(),
                progress_deadline=None,
                keeps_objects=False,
                definition=name,
            )


def main(services: int) -> None:
    """Print the seconds that each step takes; loading and templates are also part of the whole."""
    found = list(instances(services))
    began = time.process_time()
    rendered = [(one, manifests.render(one)) for one in found]
    whole = time.process_time() - began
    problems: list[Problem] = []
    began = time.process_time()
    texts = [text.text for one in found for text in sources.texts(one, sources.data(one), problems)]
    templates = time.process_time() - began
    began = time.process_time()
    for text in texts:
        documents.load(text)
    loading = time.process_time() - began
    began = time.process_time()
    for one in found:
        shape.doubtful(one)
    shapes = time.process_time() - began
    began = time.process_time()
    problems += manifests.collisions(rendered)
    collisions = time.process_time() - began
    objects = sum(len(one.objects) for _, one in rendered)
    lines = sum(text.count("\n") for text in texts)
    print(f"{len(found)} instances, {objects} objects, {lines} lines, {len(problems)} problems")
    print(f"rendering  {whole:.2f} s, every text for the first time")
    print(f"templates  {templates:.2f} s, loading {loading:.2f} s, shapes {shapes:.3f} s, once more")
    print(f"collisions {collisions:.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
