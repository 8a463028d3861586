"""Secrets by reference: each namespace reads exactly what its services were given, and no value passes by here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components import kubernetes, secrets
from components.clouds import runtime as make_runtime
from components.interfaces import ReadsSecrets
from delivery.shapes import ProvisionedRuntime
from delivery.supply import Supply
from tests.components import test_aws as aws
from tests.components import test_azure as azure
from tests.components import test_gcp as gcp
from tests.components.recording import Recording, record
from tests.components.stacks import making_runtime, runtime

VAULT = "/subscriptions/2/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/acme-shop"
GIVEN = """
secrets:
- {service: shop/web, name: web, keys: {TOKEN: shop-token, PASSWORD: shop-password}}
- {service: shop/api, name: api, keys: {TOKEN: shop-token}}
"""
CLOUDS = {
    "aws": aws.PRODUCTION + GIVEN,
    "azure": f"{azure.PRODUCTION}{GIVEN}secretsVault: {VAULT}\n",
    "gcp": gcp.PRODUCTION + GIVEN,
}


def made(cloud: str, *, is_preview: bool = False) -> Recording:
    settings = runtime(CLOUDS[cloud])
    assert isinstance(settings, ProvisionedRuntime)

    def program() -> None:
        cluster = make_runtime(settings, Path(), Supply({}, {}, {settings.name: ()}))
        provider = kubernetes.provider(settings.name, cluster)
        assert isinstance(cluster, ReadsSecrets)
        names = [remote for one in settings.secrets for remote in one.keys.values()]
        where = secrets.Namespace(runtime=settings.name, name="shop-live", provider=provider, made=None)
        secrets.make(where, cluster.reads("shop-live", names), settings.secrets)

    return record(program, is_preview=is_preview)


@pytest.fixture(scope="module", params=sorted(CLOUDS))
def recording(request):
    return made(request.param)


def test_what_is_fetched_goes_into_the_secret_that_manifests_name_on_every_cloud_alike(recording):
    fetched = {one.inputs["metadata"]["name"]: one.inputs["spec"] for one in recording.of(":ExternalSecret")}
    assert fetched == {
        name: {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "SecretStore", "name": "pvn"},
            "target": {"name": name},
            "data": [{"secretKey": key, "remoteRef": {"key": remote}} for key, remote in keys],
        }
        for name, keys in {
            "web": [("PASSWORD", "shop-password"), ("TOKEN", "shop-token")],
            "api": [("TOKEN", "shop-token")],
        }.items()
    }


def test_the_store_comes_after_its_rights_and_what_it_fetches_after_it(recording):
    store, account = recording.one(":SecretStore"), recording.one(":ServiceAccount")
    assert account.inputs["metadata"]["name"] == "pvn-secrets"
    assert recording.reaches(store, account)
    for one in recording.of(":ExternalSecret"):
        assert recording.reaches(one, store)
        assert one.inputs["metadata"]["namespace"] == "shop-live"


def test_no_value_of_a_secret_is_asked_for_or_kept(recording):
    kinds = {one.type.rpartition(":")[2] for one in recording.made}
    assert not kinds & {"SecretVersion", "Secret"}
    assert not [token for token, _ in recording.invoked if "secret" in token.lower()]


@pytest.mark.parametrize("cloud", sorted(CLOUDS))
def test_a_preview_registers_the_same(cloud):
    assert {one.urn for one in made(cloud, is_preview=True).made} == {one.urn for one in made(cloud).made}


def test_on_aws_one_service_account_takes_on_a_role_that_reads_these_secrets_and_no_others():
    recording = made("aws")
    (role,) = [one for one in recording.of("iam/role:Role") if "-s-" in one.name]
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    host = "oidc.eks/kubernetes-production"
    assert trust["Principal"] == {"Federated": f"arn:aws:iam::222222222222:oidc-provider/{host}"}
    assert trust["Condition"]["StringEquals"] == {
        f"{host}:aud": "sts.amazonaws.com",
        f"{host}:sub": "system:serviceaccount:shop-live:pvn-secrets",
    }
    policy = recording.one("rolePolicy:RolePolicy", "kubernetes-production/shop-live")
    read, decrypt = json.loads(policy.inputs["policy"])["Statement"]
    prefix = "arn:aws:secretsmanager:us-east-1:222222222222:secret:"
    exactly = [f"{prefix}shop-password-??????", f"{prefix}shop-token-??????"]
    assert read["Resource"] == exactly
    assert decrypt["Condition"]["StringLike"] == {"kms:EncryptionContext:SecretARN": exactly}
    annotations = recording.one(":ServiceAccount").inputs["metadata"]["annotations"]
    assert list(annotations) == ["eks.amazonaws.com/role-arn"]
    assert len(role.inputs["name"]) <= 64
    assert recording.one("OpenIdConnectProvider").inputs["url"] == f"https://{host}"


def test_on_google_cloud_the_service_account_itself_may_read_these_secrets_and_no_others():
    member = (
        "principal://iam.googleapis.com/projects/222222222222/locations/global/workloadIdentityPools/"
        "acme-production.svc.id.goog/subject/ns/shop-live/sa/pvn-secrets"
    )
    assert {
        (one.inputs["secretId"], one.inputs["role"], one.inputs["member"]) for one in made("gcp").of("SecretIamMember")
    } == {(name, "roles/secretmanager.secretAccessor", member) for name in ("shop-token", "shop-password")}


def test_on_azure_one_service_account_takes_on_an_identity_that_reads_these_secrets_and_no_others():
    recording = made("azure")
    granted = {scope for _, role, scope in azure.roles(recording) if role == "VAULT_SECRETS_USER"}
    assert granted == {f"{VAULT}/secrets/shop-token", f"{VAULT}/secrets/shop-password"}
    credential = recording.one("FederatedIdentityCredential").inputs
    assert credential["subject"] == "system:serviceaccount:shop-live:pvn-secrets"
    assert credential["issuer"] == "https://oidc.aks/kubernetes-production"
    assert (
        recording.one(":SecretStore").inputs["spec"]["provider"]["azurekv"]["vaultUrl"]
        == "https://acme-shop.vault.azure.net"
    )


def test_a_cluster_without_secrets_trusts_no_tokens_of_its_own():
    assert not record(making_runtime(runtime(aws.PRODUCTION))).of("OpenIdConnectProvider")
