"""Real API servers behind emulated clusters: nodes come with node groups, and only who was let in may do anything."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from components.local.kwok.cluster import Cluster, KwokctlError
from tests.engine import pool
from tests.engine.emulator.world import Resource, World

__all__ = ["ADMINISTRATOR", "VIEWER", "KwokctlError", "of", "remove_all", "token"]

ADMINISTRATOR, VIEWER = "cluster-admin", "view"


def name(account: str, cluster: str) -> str:
    """Return what the API server of a cluster is called on this machine."""
    return f"{cluster}-{hashlib.sha256(account.encode()).hexdigest()[:6]}"


def of(world: World, account: str, cluster: str) -> Cluster:
    """Return the API server of a cluster."""
    return Cluster(name(account, cluster), world.clusters)


def token(world: World, account: str, cluster: str, who: str) -> str:
    """Return what the cloud's command would print: a credential for that identity, whether it was let in or not.

    It is good for an hour, and handed out again, as the clouds' commands do.
    """
    server = of(world, account, cluster)
    try:
        return world.kept(_tokens(server), who)
    except OSError:
        _kubectl(server, "create", "serviceaccount", _person(who), may_exist=True)
        status = {"token": _kubectl(server, "create", "token", _person(who), "--duration=1h").strip()}
    made = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "status": status}
    world.keep(_tokens(server), who, json.dumps(made))
    return json.dumps(made)


def _tokens(server: Cluster) -> str:
    return f"tokens-{server.name}"


def facts(world: World, account: str, cluster: str) -> Mapping[str, str]:
    """Return the address and the authority of a cluster, as its cloud says them."""
    found = yaml.safe_load(of(world, account, cluster).kubeconfig())["clusters"][0]["cluster"]
    address = found["server"].removeprefix("https://")
    return {"endpoint": found["server"], "address": address, "authority": found["certificate-authority-data"]}


def _start(world: World, made: Resource, cluster: str) -> None:
    """Start a control plane. Its node is closed until there are nodes: what comes too early cannot run."""
    server = of(world, made.account, cluster)
    world.forget(_tokens(server))
    pool.lend(server)
    server.create(1)
    _kubectl(server, "cordon", "--selector=type=kwok")
    _trust(world, facts(world, made.account, cluster)["authority"])


def _trust(world: World, authority: str) -> None:
    """Let a machine that is asked to know the clouds' own authorities know this one."""
    certificate = base64.b64decode(authority).decode()
    before = world.authorities.read_text() if world.authorities.exists() else ""
    if certificate not in before:
        world.authorities.parent.mkdir(parents=True, exist_ok=True)
        world.authorities.write_text(before + certificate)


def _run_nodes(world: World, account: str, cluster: str, count: int) -> None:
    server = of(world, account, cluster)
    server.scale(count)
    _kubectl(server, "uncordon", "--selector=type=kwok")
    _kubectl(server, "wait", "nodes", "--all", "--for=condition=Ready", "--timeout=60s")


def _let_in(world: World, account: str, cluster: str, who: str, role: str) -> None:
    server, person = of(world, account, cluster), _person(who)
    _kubectl(server, "create", "serviceaccount", person, may_exist=True)
    binding = ["create", "clusterrolebinding", f"{person}-{role}", f"--clusterrole={role}"]
    _kubectl(server, *binding, f"--serviceaccount=kube-system:{person}", may_exist=True)


def _keep_out(world: World, account: str, cluster: str, who: str, role: str) -> None:
    server = of(world, account, cluster)
    if server.exists:
        _kubectl(server, "delete", "clusterrolebinding", f"{_person(who)}-{role}", "--ignore-not-found")


def _person(who: str) -> str:
    return "p-" + hashlib.sha256(who.encode()).hexdigest()[:12]


def _kubectl(server: Cluster, *arguments: str, may_exist: bool = False) -> str:
    with tempfile.NamedTemporaryFile("w") as config:
        config.write(server.kubeconfig())
        config.flush()
        command = ["kubectl", f"--kubeconfig={config.name}", "--namespace=kube-system", *arguments]
        done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    if done.returncode and not (may_exist and "already exists" in done.stderr):
        raise OSError(f"{' '.join(command[3:])}: {done.stderr.strip()}")
    return done.stdout


Deed = Callable[[World, Resource], None]


# what happens beside the record when a thing of some type comes, changes or goes


def _eks_role(made: Resource) -> str:
    return ADMINISTRATOR if "ClusterAdminPolicy" in made.inputs["policyArn"] else VIEWER


def _eks_nodes(world: World, made: Resource) -> None:
    _run_nodes(world, made.account, made.inputs["clusterName"], int(made.inputs["scalingConfig"]["desiredSize"]))


def _gke(made: Resource) -> str:
    return str(made.inputs.get("cluster") or made.id).rpartition("/")[2]


def _gke_start(world: World, made: Resource) -> None:
    """Start a cluster. Whoever may make one in the project may enter it: IAM says so, and nothing in the cluster."""
    _start(world, made, _gke(made))
    _let_in(world, made.account, _gke(made), made.by, ADMINISTRATOR)
    if made.inputs.get("enableAutopilot"):
        _run_nodes(world, made.account, _gke(made), 1)


def _gke_nodes(world: World, made: Resource) -> None:
    _run_nodes(world, made.account, _gke(made), int(made.inputs["autoscaling"]["totalMinNodeCount"]))


def _aks_start(world: World, made: Resource) -> None:
    _start(world, made, made.inputs["resourceName"])


def _aks_nodes(world: World, made: Resource) -> None:
    _run_nodes(world, made.account, made.inputs["resourceName"], int(made.inputs["count"]))


_EKS, _GROUP = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"
_GKE = "gcp:container/cluster:Cluster"
_POOL = "azure-native:containerservice:AgentPool"
_AKS = "azure-native:containerservice:ManagedCluster"
_AKS_ADMINISTRATOR = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
"""Azure's id of the role with which somebody may do anything in a cluster."""


def _aks_grant(deed: Callable[[World, str, str, str, str], None]) -> Deed:
    def act(world: World, made: Resource) -> None:
        role, scope = made.inputs["roleDefinitionId"], made.inputs["scope"]
        if role.endswith(_AKS_ADMINISTRATOR) and world.find(_AKS, made.account, scope):
            deed(world, made.account, scope.rpartition("/")[2], made.inputs["principalId"], ADMINISTRATOR)

    return act


def _aks_credentials(world: World, account: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return how to reach a cluster, with a user that makes a person type a code: as Azure has it."""
    config = yaml.safe_load(of(world, account, str(asked["resourceName"])).kubeconfig())
    config["users"] = [{"name": "user", "user": {"exec": {"command": "kubelogin", "args": ["--login", "devicecode"]}}}]
    text = base64.b64encode(yaml.safe_dump(config).encode()).decode()
    return {"kubeconfigs": [{"name": "clusterUser", "value": text}]}


def _found(kind: str, *names: str) -> Callable[[World, str, Mapping[str, Any]], Mapping[str, Any]]:
    """Return how a cloud answers to a question for one of its things, by the inputs that name it."""

    def answer(world: World, account: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        for made in world.resources(account, kind):
            if all(made.inputs[name] == asked[name] for name in names):
                is_done = made.is_finished or not world.seconds(kind)
                state = {"status": "ACTIVE", "provisioningState": "Succeeded"} if is_done else {}
                # what deploy identities make carries the tags of their provider
                tags = {"managed-by": "pvn"} if "user/" not in made.by else {}
                return {**made.outputs, **state, "tags": tags, "resourceLabels": tags}
        raise OSError(f"there is no {kind} {asked}")

    return answer


CALLS: dict[str, Callable[[World, str, Mapping[str, Any]], Mapping[str, Any]]] = {
    "azure-native:containerservice:listManagedClusterUserCredentials": _aks_credentials,
    "azure-native:containerservice:getManagedCluster": _found(_AKS, "resourceName"),
    "azure-native:containerservice:getAgentPool": _found(_POOL, "resourceName", "agentPoolName"),
    "aws:eks/getCluster:getCluster": _found(_EKS, "name"),
    "aws:eks/getNodeGroup:getNodeGroup": _found(_GROUP, "clusterName", "nodeGroupName"),
    "gcp:container/getCluster:getCluster": _found(_GKE, "name"),
}
"""What the clouds answer to questions."""

ON_CREATE: dict[str, Deed] = {
    "azure-native:authorization:RoleAssignment": _aks_grant(_let_in),
    _POOL: _aks_nodes,
    _AKS: _aks_start,
    _GKE: _gke_start,
    "gcp:container/nodePool:NodePool": _gke_nodes,
    "aws:eks/cluster:Cluster": lambda world, made: _start(world, made, made.inputs["name"]),
    _GROUP: _eks_nodes,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": lambda world, made: _let_in(
        world, made.account, made.inputs["clusterName"], made.inputs["principalArn"], _eks_role(made)
    ),
}
ON_UPDATE: dict[str, Deed] = {
    _GROUP: _eks_nodes,
    _POOL: _aks_nodes,
    "gcp:container/nodePool:NodePool": _gke_nodes,
}
ON_DELETE: dict[str, Deed] = {
    "azure-native:authorization:RoleAssignment": _aks_grant(_keep_out),
    _AKS: lambda world, made: pool.take_back(of(world, made.account, made.inputs["resourceName"])),
    "gcp:container/cluster:Cluster": lambda world, made: pool.take_back(of(world, made.account, _gke(made))),
    "aws:eks/cluster:Cluster": lambda world, made: pool.take_back(of(world, made.account, made.inputs["name"])),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": lambda world, made: _keep_out(
        world, made.account, made.inputs["clusterName"], made.inputs["principalArn"], _eks_role(made)
    ),
}


def remove_all(world: World) -> None:
    """Give every API server of a world back."""
    for folder in sorted((world.clusters / "clusters").glob("*")):
        pool.take_back(Cluster(folder.name, Path(world.clusters)))


def known(world: World, made: Resource) -> Mapping[str, str]:
    """Return what texts of a thing may also be filled with: a cluster's address and authority."""
    cluster = _NAMES.get(made.type)
    return facts(world, made.account, made.inputs[cluster]) if cluster else {}


_NAMES = {"aws:eks/cluster:Cluster": "name", "gcp:container/cluster:Cluster": "name", _AKS: "resourceName"}
"""The input with the name, of each type of cluster."""
