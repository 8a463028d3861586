"""What brings secrets into clusters, played on real API servers: values go from the emulated stores into real Secrets.

kinds.yaml has the kinds, as strict as the real ones about what our objects use of them: any other field is refused.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.engine.emulated import Emulated
from tests.engine.emulator import stores
from tests.engine.emulator.stores import Pod

KINDS = Path(__file__).with_name("kinds.yaml")


def install(cloud: Emulated, stack: str) -> None:
    """Put the operators' kinds into a cluster, as a person does before `secrets` are there."""
    _must(cloud, stack, "apply", "--server-side", "--filename", str(KINDS))
    _must(cloud, stack, "wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")


def fetch(cloud: Emulated, stack: str) -> None:
    """Do what the External Secrets Operator does: read as the service account of each store, and write Secrets."""
    for wanted in _get(cloud, stack, "externalsecrets"):
        store = _get(cloud, stack, "secretstores", wanted["spec"]["secretStoreRef"]["name"])[0]
        account = _reader(store["spec"]["provider"])
        data = {one["secretKey"]: read(cloud, stack, account, one["remoteRef"]["key"]) for one in wanted["spec"]["data"]}
        _write(cloud, stack, wanted["spec"]["target"]["name"], data, owner=wanted)


def mount(cloud: Emulated, stack: str) -> None:
    """Do what the Secrets Store CSI driver does for pods: read as the service account of each, and write Secrets."""
    for workload in _get(cloud, stack, "deployments"):
        pod = workload["spec"]["template"]["spec"]
        for volume in pod.get("volumes", ()):
            assert volume["csi"]["driver"] == "secrets-store.csi.k8s.io"
            (found,) = _get(cloud, stack, "secretproviderclasses", volume["csi"]["volumeAttributes"]["secretProviderClass"])
            files = {
                file: read(cloud, stack, pod["serviceAccountName"], name) for file, name in _files(found["spec"]).items()
            }
            for wanted in found["spec"]["secretObjects"]:
                data = {one["key"]: files[one["objectName"]] for one in wanted["data"]}
                _write(cloud, stack, wanted["secretName"], data, owner=workload)


def _files(spec: Mapping[str, Any]) -> dict[str, str]:
    """Return the secret behind each file of a class, in the words of each cloud's part of the driver."""
    asked = spec["parameters"]
    match spec["provider"]:
        case "aws":
            return {one.get("objectAlias", one["objectName"]): one["objectName"] for one in json.loads(asked["objects"])}
        case "gcp":
            return {one["path"]: one["resourceName"].split("/")[3] for one in json.loads(asked["secrets"])}
        case "azure":
            found = [json.loads(one) for one in json.loads(asked["objects"])["array"]]
            return {one["objectAlias"]: one["objectName"] for one in found}
    raise AssertionError(f"no cloud: {spec}")


def _reader(provider: Mapping[str, Any]) -> str:
    """Return the name of the service account that a store reads as."""
    match provider:
        case {"aws": {"service": "SecretsManager", "auth": {"jwt": {"serviceAccountRef": {"name": name}}}}}:
            return str(name)
        case {"gcpsm": {"auth": {"workloadIdentity": {"serviceAccountRef": {"name": name}}}}}:
            return str(name)
        case {"azurekv": {"authType": "WorkloadIdentity", "serviceAccountRef": {"name": name}}}:
            return str(name)
    raise AssertionError(f"no store: {provider}")


def read(cloud: Emulated, stack: str, account: str, name: str) -> str:
    """Return what a cloud says when a pod asks for a secret as a service account. Raises Refused."""
    (found,) = _get(cloud, stack, "serviceaccounts", account)
    metadata = found["metadata"]
    pod = Pod(namespace=metadata["namespace"], account=account, annotations=metadata.get("annotations", {}))
    return stores.read(cloud.cloud.package, cloud.world, cloud.cloud.accounts[stack], pod, name)


def _write(cloud: Emulated, stack: str, name: str, data: Mapping[str, str], owner: Mapping[str, Any]) -> None:
    """Write a Secret that goes with its owner: the real garbage collector sees to that."""
    _must(cloud, stack, "create", "secret", "generic", name, *(f"--from-literal={key}={data[key]}" for key in data))
    metadata = owner["metadata"]
    by = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": metadata["name"], "uid": metadata["uid"]}
    _must(
        cloud,
        stack,
        "patch",
        "secret",
        name,
        "--type=merge",
        f"--patch={json.dumps({'metadata': {'ownerReferences': [by]}})}",
    )


def await_end(cloud: Emulated, stack: str, name: str) -> None:
    """Return when a Secret is gone whose owner is."""
    _must(cloud, stack, "wait", "--for=delete", f"secret/{name}", "--timeout=60s")


def values(cloud: Emulated, stack: str, name: str) -> dict[str, str]:
    """Return what pods see of a Secret."""
    (found,) = _get(cloud, stack, "secrets", name)
    return {key: base64.b64decode(one).decode() for key, one in found["data"].items()}


def _get(cloud: Emulated, stack: str, kind: str, *names: str) -> list[Any]:
    said = _must(cloud, stack, "get", kind, *names, "--output", "json")
    found = json.loads(said)
    return list(found["items"]) if found["kind"] == "List" else [found]


def _must(cloud: Emulated, stack: str, *arguments: str) -> str:
    said = cloud.kubectl(stack, *arguments)
    assert said.code == 0, said.out
    return said.out
