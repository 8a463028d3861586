"""The programs of the clouds that people and kubeconfigs call, where the clouds' own cannot be had.

Each takes the arguments that we call it with and refuses others, acts as whom the arguments and the environment say, and
answers from the emulated clouds: a token is a real one, of the real API server behind the emulated cluster.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from pathlib import Path

from tests.engine.emulator import clusters, identity
from tests.engine.emulator.world import CALLER, Resource, World

CHECKOUT = Path(__file__).resolve().parents[3]
NAMES = ("aws", "az", "docker", "gcloud", "gke-gcloud-auth-plugin", "kubelogin")


def write(folder: Path) -> Path:
    """Write the programs into a folder, for PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        file = folder / name
        file.write_text(
            f'#!/bin/sh\nPYTHONPATH={CHECKOUT} exec {sys.executable} -m tests.engine.emulator.commands {name} "$@"\n'
        )
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return folder


def aws(world: World, caller: str, *arguments: str) -> str:
    """Return a cluster's token, or as whom a role is taken on."""
    match arguments:
        case ["--version"]:
            return "aws-cli/2.0.0"
        case ["sts", "assume-role", "--role-arn", role, "--role-session-name", session, *_]:
            me = identity.of("aws", {"assumeRoles": [{"roleArn": role}]}, world, caller)
            return f"arn:aws:sts::{me.account}:assumed-role/{role.rpartition('/')[2]}/{session}"
        case ["--region", region, "eks", "get-token", "--cluster-name", name, "--role-arn", role, "--output", "json"]:
            me = identity.of("aws", {"region": region, "assumeRoles": [{"roleArn": role}]}, world, caller)
            return clusters.token(world, me.account, name, me.who)
    raise ValueError(f"unknown arguments: {arguments}")


def gcloud(world: World, caller: str, *arguments: str) -> str:
    """Return the number of a project, to who may act in it."""
    match arguments:
        case ["version"]:
            return "Google Cloud SDK 500.0.0"
        case ["projects", "describe", project, impersonate, *_]:
            who = impersonate.removeprefix("--impersonate-service-account=")
            identity.of("gcp", {"project": project, "impersonateServiceAccount": who}, world, caller)
            return identity.NUMBER
    raise ValueError(f"unknown arguments: {arguments}")


def gke(world: World, caller: str, *arguments: str) -> str:
    """Return what Google's plugin prints. Its token is good for every cluster of the project; here there is one."""
    if arguments == ("--version",):
        return "Kubernetes v1.30.0+0"
    if arguments:
        raise ValueError(f"unknown arguments: {arguments}")
    who = os.environ["CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT"]
    project = who.partition("@")[2].partition(".")[0]
    me = identity.of("gcp", {"project": project, "impersonateServiceAccount": who}, world, caller)
    (cluster,) = world.resources(me.account, "gcp:container/cluster:Cluster")
    return clusters.token(world, me.account, cluster.inputs["name"], me.who)


def az(world: World, caller: str, *arguments: str) -> str:
    """Return the tenant of a subscription, and as whom it is entered."""
    match arguments:
        case ["version", *_]:
            return "2.60.0"
        case ["account", "show", "--subscription", subscription, *_]:
            clients = [one for one in world.identities(caller) if world.allows(one, subscription)]
            me = identity.of("azure-native", {"subscriptionId": subscription, "clientId": "".join(clients)}, world, caller)
            return f"{identity.TENANT}\t{me.who}"
    raise ValueError(f"unknown arguments: {arguments}")


def kubelogin(world: World, caller: str, *arguments: str) -> str:
    """Return what Azure's program prints. Its token is good for every cluster of the tenant that lets the identity in."""
    match arguments:
        case ["--version"]:
            return "kubelogin version v0.1.0"
        case ["get-token", *flags]:
            asked = dict(zip(flags[::2], flags[1::2], strict=True))
        case _:
            raise ValueError(f"unknown arguments: {arguments}")
    client = asked.pop("--client-id")
    expected = {"--login": "workloadidentity", "--server-id": "6dae42f8-4368-4678-94ff-3960e28e3630"}
    if asked != {**expected, "--tenant-id": identity.TENANT}:
        raise ValueError(f"unknown arguments: {arguments}")
    found = world.resources(kind="azure-native:containerservice:ManagedCluster")
    (cluster,) = [one for one in found if world.allows(client, one.account)]
    me = identity.of("azure-native", {"subscriptionId": cluster.account, "clientId": client}, world, caller)
    return clusters.token(world, me.account, cluster.inputs["resourceName"], identity.principal(me.who))


def docker(world: World, _: str, *arguments: str) -> str:
    """Copy an image into a registry that is there. Nobody pulls it: nodes are simulated."""
    match arguments:
        case ["--version"]:
            return "Docker version 27.0.0"
        case ["buildx", "imagetools", "create", "--tag", target, source]:
            if not any(_holds(one, target.rpartition(":")[0]) for one in world.resources()):
                raise ValueError(f"{target}: not found")
            world.keep("images", target, json.dumps({"digest": f"sha256:{hashlib.sha256(source.encode()).hexdigest()}"}))
            return ""
        case ["buildx", "imagetools", "inspect", target, "--format", "{{json .Manifest}}"]:
            return world.kept("images", target)
    raise ValueError(f"unknown arguments: {arguments}")


def _holds(found: Resource, image: str) -> bool:
    """Return whether something is the place of an image. On AWS each has a repository, elsewhere they appear in one."""
    match found.type.rpartition(":")[2], found.inputs, found.outputs:
        case "Repository", {"location": location, "repositoryId": name}, _:
            return image.startswith(f"{location}-docker.pkg.dev/{found.account}/{name}/")
        case "Repository", _, {"repositoryUrl": url}:
            return bool(image == url)
        case "Registry", _, {"loginServer": host}:
            return image.startswith(f"{host}/")
    return False


PROGRAMS = {
    "aws": aws,
    "az": az,
    "docker": docker,
    "gcloud": gcloud,
    "gke-gcloud-auth-plugin": gke,
    "kubelogin": kubelogin,
}


if __name__ == "__main__":
    try:
        print(PROGRAMS[sys.argv[1]](World.here(), os.environ[CALLER], *sys.argv[2:]))
    except Exception as wrong:  # noqa: BLE001 - as the real ones do: one line, and no answer
        print(f"{sys.argv[1]}: {wrong}", file=sys.stderr)
        sys.exit(255)
