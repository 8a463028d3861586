"""A project of many services, each a Deployment and a Service, and the bare program that registers the same objects."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
_MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels: {{app: {name}}}
spec:
  replicas: 1
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      containers:
        - name: main
          image: "{{{{.Params.image}}}}"
          env:
            - {{name: CHANNEL, value: "{{{{.Builtins.ReleaseChannel.Name}}}}"}}
          resources:
            requests: {{cpu: 10m, memory: 16Mi}}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector: {{app: {name}}}
  ports: [{{port: 80, targetPort: 8080}}]
"""
_BARE = '''\
"""The floor: the same objects, registered one by one and nothing else."""
import json, pathlib, pulumi
here = pathlib.Path(__file__).parent
cluster = {"kubeconfig": (here / "kubeconfig").read_text(), "clusterIdentifier": "k"}
provider = pulumi.ProviderResource("kubernetes", "k", cluster)
options = pulumi.ResourceOptions(provider=provider, version="4.25.0")
for found in json.loads((here / "objects.json").read_text()):
    version = found["apiVersion"]
    token = f"kubernetes:{version if '/' in version else 'core/' + version}:{found['kind']}"
    pulumi.CustomResource(token, found["metadata"]["name"] + "-" + found["kind"], found, options)
'''


def manifest(name: str) -> str:
    """Return the template of a service's Deployment and Service."""
    return _MANIFEST.format(name=name)


def image(of: int) -> str:
    """Return the digest of the n-th image."""
    return f"sha256:{of:064x}"


def write(project: Path, services: int, channels: dict[str, str | None], release: int = 1) -> None:
    """Write a project. `channels` maps each release channel to the kubeconfig of its runtime; None makes a local one."""
    for stack, kubeconfig in channels.items():
        runtime = {"name": f"k-{stack}", "type": "local"}
        if kubeconfig:
            runtime |= {"type": "kubeconfig", "path": kubeconfig}
        config = {
            "pulumi:disable-default-providers": ["kubernetes"],
            "pvn:runtimes": [runtime],
            "pvn:registries": [{"name": "hub", "type": "external", "url": "docker.io"}],
        }
        _yaml(project / f"Pulumi.{stack}.yaml", {"config": config})
    named = [{"name": name, "runtimes": [{"runtime": f"k-{name}"}]} for name in channels]
    _yaml(project / "applications/shop/shop.pvn.yaml", {"application": {"name": "shop", "releaseChannels": named}})
    names = [f"service-{n:05}" for n in range(services)]
    for name in names:
        _yaml(project / f"applications/shop/services/{name}/{name}.pvn.yaml", {"service": _service(name)})
        (project / f"applications/shop/services/{name}/manifests.yaml").write_text(manifest(name))
    publish(project, services, release)
    for name in ("policy", ".venv"):
        (project / name).symlink_to(CHECKOUT / name)
    _pulumi(project, str(CHECKOUT))


def publish(project: Path, services: int, release: int) -> None:
    """Release the n-th image of every service."""
    values = {f"service-{n:05}": {"parameters": {"image": image(release)}} for n in range(services)}
    _yaml(project / "releases/shop.yaml", {"release": {"application": "shop", "services": values}})


def write_bare(project: Path, objects: list[dict[str, object]], kubeconfig: str) -> None:
    """Write the bare program that registers the given objects, and their namespaces, on a cluster."""
    project.mkdir(parents=True, exist_ok=True)
    (project / "__main__.py").write_text(_BARE)
    (project / "kubeconfig").write_text(kubeconfig)
    (project / "objects.json").write_text(json.dumps(objects))
    _pulumi(project, None)


def _service(name: str) -> dict[str, object]:
    where = {"containerRegistry": "hub", "imageRepository": f"shop/{name}"}
    return {
        "name": name,
        "application": "shop",
        "kubernetesConfig": {"type": "KUBERNETES", "local": {"path": "."}},
        "parameters": [{"name": "image", "required": True, "dockerImage": {"imageRegistryInfo": where}}],
    }


def _pulumi(project: Path, main: str | None) -> None:
    content = {
        "name": "pvn",
        "runtime": {"name": "python", "options": {"toolchain": "pip", "virtualenv": str(CHECKOUT / ".venv")}},
        "plugins": {"providers": [{"name": "kwok", "path": str(CHECKOUT / "components/local/kwok")}]},
    }
    _yaml(project / "Pulumi.yaml", content | ({"main": main} if main else {}))


def _yaml(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.dump(content, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False))
