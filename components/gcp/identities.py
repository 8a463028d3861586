"""Service accounts and keys: who nodes are, and which of Google's own accounts may use which key."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_gcp import kms, projects, serviceaccount

from delivery.shapes.gcp import GcpAccount


def nodes(name: str, account: GcpAccount, opts: pulumi.ResourceOptions) -> tuple[serviceaccount.Account, pulumi.Resource]:
    """Return the identity of a cluster's nodes and what lets it report their health. It may do nothing else there."""
    identity = serviceaccount.Account(
        name, account_id=name, project=account.project, display_name=f"The nodes called {name}", opts=opts
    )
    granted = projects.IAMMember(
        name,
        project=account.project,
        role="roles/container.defaultNodeServiceAccount",
        member=identity.email.apply(lambda email: f"serviceAccount:{email}"),
        opts=opts,
    )
    return identity, granted


def key(
    name: str,
    account: GcpAccount,
    user: str,
    after: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
    *,
    protect: bool,
) -> tuple[kms.CryptoKey, pulumi.Resource]:
    """Return a key that one of Google's services may use in this project, and what lets it.

    Key rings can never be deleted, only their keys; a destroyed key takes with it what it encrypts.
    """
    late = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=after))
    ring = kms.KeyRing(name, name=name, location=account.region, project=account.project, opts=late)
    kept = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=protect))
    # ninety days
    made = kms.CryptoKey(name, name=name, key_ring=ring.id, rotation_period="7776000s", opts=kept)
    # Google makes this account when somebody first uses the service, and that would be too late
    agent = projects.ServiceIdentity(name, project=account.project, service=f"{user}.googleapis.com", opts=late)
    granted = kms.CryptoKeyIAMMember(
        name,
        crypto_key_id=made.id,
        role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member=agent.member,
        opts=opts,
    )
    return made, granted
