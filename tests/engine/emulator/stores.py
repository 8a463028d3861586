"""The clouds' stores of secrets: a value goes to whom the things in the account let read it, and to nobody else."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.engine.emulator.identity import Refused
from tests.engine.emulator.world import Resource, World

_READER = "4633458b-17de-408a-874b-0445c86b69e6"
"""Azure's id of the role with which somebody may read secrets."""


@dataclass(frozen=True, kw_only=True)
class Pod:
    """Who asks: a pod, by the token of its service account."""

    namespace: str
    account: str
    """The name of its service account."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Those of its service account."""

    @property
    def subject(self) -> str:
        """How its cluster vouches for it."""
        return f"system:serviceaccount:{self.namespace}:{self.account}"


def read(package: str, world: World, account: str, pod: Pod, name: str) -> str:
    """Return the value of a secret of an account. Raises Refused where nothing there lets the pod read it.

    `package` is the name of the cloud's provider.
    """
    if not {"aws": _aws, "gcp": _gcp, "azure-native": _azure}[package](world, account, pod, name):
        raise Refused(f"{pod.subject} may not read {name} in account {account}")
    return world.kept(account, name)


def _aws(world: World, account: str, pod: Pod, name: str) -> bool:
    """Follow the role that the service account names."""
    arn = pod.annotations.get("eks.amazonaws.com/role-arn")
    roles = [one for one in world.resources(account, "aws:iam/role:Role") if one.outputs["arn"] == arn]
    names = {one.id for one in roles if _trusts(world, one, pod)}
    policies = [one for one in world.resources(account, "aws:iam/rolePolicy:RolePolicy") if one.inputs["role"] in names]
    statements = [each for one in policies for each in json.loads(one.inputs["policy"])["Statement"]]
    allowed = [each["Resource"] for each in statements if "secretsmanager:GetSecretValue" in each["Action"]]
    # six letters of AWS's own end the ARN of every secret
    secret = f"arn:aws:secretsmanager:us-east-1:{account}:secret:{name}-a1B2c3"
    return any(fnmatch.fnmatchcase(secret, pattern) for patterns in allowed for pattern in patterns)


def _trusts(world: World, role: Resource, pod: Pod) -> bool:
    """Return whether a role takes a cluster's word for the pod, and the account that cluster's."""
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    host = trust["Principal"].get("Federated", "").partition("oidc-provider/")[2]
    known = {
        one.inputs["url"] for one in world.resources(role.account, "aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    }
    expected = {f"{host}:aud": "sts.amazonaws.com", f"{host}:sub": pod.subject}
    return f"https://{host}" in known and trust["Condition"]["StringEquals"] == expected


def _gcp(world: World, account: str, pod: Pod, name: str) -> bool:
    """Look for the pod's own principal: there is no identity of Google's between."""
    who = f"/workloadIdentityPools/{account}.svc.id.goog/subject/ns/{pod.namespace}/sa/{pod.account}"
    grants = world.resources(account, "gcp:secretmanager/secretIamMember:SecretIamMember")
    return any(one.inputs["secretId"] == name and one.inputs["member"].endswith(who) for one in grants)


def _azure(world: World, account: str, pod: Pod, name: str) -> bool:
    """Follow the identity that the service account names, if it takes a cluster's word for the pod."""
    client = pod.annotations.get("azure.workload.identity/client-id")
    credentials = world.resources(account, "azure-native:managedidentity:FederatedIdentityCredential")
    trusting = {one.inputs["resourceName"] for one in credentials if one.inputs["subject"] == pod.subject}
    identities = world.resources(account, "azure-native:managedidentity:UserAssignedIdentity")
    named = [one.outputs for one in identities if one.inputs["resourceName"] in trusting]
    principals = {one["principalId"] for one in named if one["clientId"] == client}
    return any(
        one.inputs["principalId"] in principals
        and one.inputs["roleDefinitionId"].endswith(_READER)
        and one.inputs["scope"].endswith(f"/secrets/{name}")
        for one in world.resources(account, "azure-native:authorization:RoleAssignment")
    )
