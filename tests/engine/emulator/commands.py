"""The programs that hand out a cluster's tokens, where the clouds' own cannot be had.

Each takes the arguments of the real one and refuses others, acts as whom the arguments and the environment say, and prints a
real token of the real API server behind the emulated cluster.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
NAMES = ("aws", "gke-gcloud-auth-plugin", "kubelogin")


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


def aws(arguments: list[str]) -> str:
    """Return what `aws eks get-token` prints."""
    from tests.engine.emulator import clusters, identity
    from tests.engine.emulator.world import CALLER, World

    parser = argparse.ArgumentParser("aws")
    parser.add_argument("--region", required=True)
    parser.add_argument("service", choices=["eks"])
    parser.add_argument("verb", choices=["get-token"])
    parser.add_argument("--cluster-name", required=True)
    parser.add_argument("--role-arn", required=True)
    parser.add_argument("--output", choices=["json"], required=True)
    asked = parser.parse_args(arguments)
    world = World.here()
    roles = [{"roleArn": asked.role_arn}]
    me = identity.of("aws", {"region": asked.region, "assumeRoles": roles}, world, os.environ[CALLER])
    return clusters.token(world, me.account, asked.cluster_name, me.who)


def gke(arguments: list[str]) -> str:
    """Return what Google's plugin prints. Its token is good for every cluster of the project; here there is one."""
    from tests.engine.emulator import clusters, identity
    from tests.engine.emulator.world import CALLER, World

    argparse.ArgumentParser("gke-gcloud-auth-plugin").parse_args(arguments)
    world, who = World.here(), os.environ["CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT"]
    project = who.partition("@")[2].partition(".")[0]
    settings = {"project": project, "impersonateServiceAccount": who}
    me = identity.of("gcp", settings, world, os.environ[CALLER])
    (cluster,) = world.resources(me.account, "gcp:container/cluster:Cluster")
    return clusters.token(world, me.account, cluster.inputs["name"], me.who)


def kubelogin(arguments: list[str]) -> str:
    """Return what Azure's program prints. Its token is good for every cluster of the tenant that lets the identity in."""
    from tests.engine.emulator import clusters, identity
    from tests.engine.emulator.world import CALLER, World

    parser = argparse.ArgumentParser("kubelogin")
    parser.add_argument("verb", choices=["get-token"])
    parser.add_argument("--login", choices=["workloadidentity"], required=True)
    parser.add_argument("--server-id", choices=["6dae42f8-4368-4678-94ff-3960e28e3630"], required=True)
    parser.add_argument("--tenant-id", required=True)
    parser.add_argument("--client-id", required=True)
    asked = parser.parse_args(arguments)
    world = World.here()
    found = world.resources(kind="azure-native:containerservice:ManagedCluster")
    (cluster,) = [one for one in found if world.allows(asked.client_id, one.account)]
    settings = {"subscriptionId": cluster.account, "clientId": asked.client_id}
    me = identity.of("azure-native", settings, world, os.environ[CALLER])
    return clusters.token(world, me.account, cluster.inputs["resourceName"], identity.principal(me.who))


PROGRAMS = {"aws": aws, "gke-gcloud-auth-plugin": gke, "kubelogin": kubelogin}


if __name__ == "__main__":
    try:
        print(PROGRAMS[sys.argv[1]](sys.argv[2:]))
    except Exception as wrong:  # noqa: BLE001 - as the real ones do: one line, and no token
        print(f"{sys.argv[1]}: {wrong}", file=sys.stderr)
        sys.exit(255)
