"""Secrets by reference: each namespace reads exactly what its services were given, and no value passes by here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components import kubernetes, secrets
from components.clouds import runtime as make_runtime
from components.interfaces import ReadsSecrets
from delivery.references import Reading
from delivery.shapes.infrastructure import ProvisionedRuntime
from delivery.supply import Supply
from tests.components import test_aws as aws
from tests.components import test_azure as azure
from tests.components import test_gcp as gcp
from tests.components.recording import Recording, record
from tests.components.stacks import making_runtime, runtime

VAULT = "/subscriptions/2/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/acme-shop"
GIVEN = """
secrets:
- {service: shop/web, name: web, keys: {TOKEN: shop-token, PASSWORD: shop-password, TOKEN_TOO: shop-token}}
- {service: shop/api, name: api, keys: {shop-token: shop-token}}
"""
CLOUDS = {
    "aws": aws.PRODUCTION + GIVEN,
    "azure": f"{azure.PRODUCTION}{GIVEN}secretsVault: {VAULT}\n",
    "gcp": gcp.PRODUCTION + GIVEN,
}


def made(cloud: str, *, mounts: bool = False, is_preview: bool = False) -> Recording:
    settings = runtime(CLOUDS[cloud])
    assert isinstance(settings, ProvisionedRuntime)

    def program() -> None:
        cluster = make_runtime(settings, Path(), Supply({}, {}, {settings.name: ()}))
        provider = kubernetes.provider(settings.name, cluster)
        assert isinstance(cluster, ReadsSecrets)
        wanted = {one.name: dict(one.keys) for one in settings.secrets}
        reading = Reading({}, wanted) if mounts else Reading(wanted, {})
        where = secrets.Namespace(runtime=settings.name, name="shop-live", provider=provider, made=None)
        secrets.make(where, cluster.reads("shop-live", reading.names), reading)

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
            "web": [("PASSWORD", "shop-password"), ("TOKEN", "shop-token"), ("TOKEN_TOO", "shop-token")],
            "api": [("shop-token", "shop-token")],
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


@pytest.mark.parametrize("mounts", [False, True], ids=["fetched", "mounted"])
@pytest.mark.parametrize("cloud", sorted(CLOUDS))
def test_a_preview_registers_the_same(cloud, mounts):
    preview, update = made(cloud, mounts=mounts, is_preview=True), made(cloud, mounts=mounts)
    assert {one.urn for one in preview.made} == {one.urn for one in update.made}


@pytest.fixture(scope="module", params=sorted(CLOUDS))
def mounting(request):
    return made(request.param, mounts=True)


def test_what_is_mounted_becomes_the_secret_that_manifests_name_and_a_secret_with_two_keys_is_asked_for_once(mounting):
    classes = {one.inputs["metadata"]["name"]: one.inputs["spec"] for one in mounting.of(":SecretProviderClass")}
    assert {name: one["secretObjects"] for name, one in classes.items()} == {
        "api": [{"secretName": "api", "type": "Opaque", "data": [{"key": "shop-token", "objectName": "shop-token"}]}],
        "web": [
            {
                "secretName": "web",
                "type": "Opaque",
                "data": [
                    {"key": "PASSWORD", "objectName": "PASSWORD"},
                    {"key": "TOKEN", "objectName": "TOKEN"},
                    {"key": "TOKEN_TOO", "objectName": "TOKEN"},
                ],
            }
        ],
    }
    assert all(isinstance(value, str) for one in classes.values() for value in one["parameters"].values())


def test_mounting_needs_the_same_rights_as_fetching_and_no_operator(mounting):
    assert not [*mounting.of(":SecretStore"), *mounting.of(":ExternalSecret")]
    account = mounting.one(":ServiceAccount")
    assert all(mounting.reaches(one, account) for one in mounting.of(":SecretProviderClass"))
    cloud = next(one for one in CLOUDS if mounting.of(f"pvn:{one}:Secrets"))
    rights = {(one.type, one.name) for one in mounting.made if not one.type.startswith("kubernetes:")}
    assert rights == {(one.type, one.name) for one in made(cloud).made if not one.type.startswith("kubernetes:")}


def test_each_cloud_is_asked_in_its_own_words_for_the_newest_value():
    aws_, azure_, gcp_ = (asked(cloud, "web") for cloud in sorted(CLOUDS))
    assert json.loads(aws_.pop("objects")) == [
        {"objectName": "shop-password", "objectType": "secretsmanager", "objectAlias": "PASSWORD"},
        {"objectName": "shop-token", "objectType": "secretsmanager", "objectAlias": "TOKEN"},
    ]
    assert aws_ == {"region": "us-east-1", "usePodIdentity": "false"}
    assert [json.loads(one) for one in json.loads(azure_.pop("objects"))["array"]] == [
        {"objectName": "shop-password", "objectType": "secret", "objectAlias": "PASSWORD"},
        {"objectName": "shop-token", "objectType": "secret", "objectAlias": "TOKEN"},
    ]
    assert azure_.keys() == {"clientID", "tenantId", "keyvaultName", "usePodIdentity"}
    assert azure_["keyvaultName"] == "acme-shop"
    assert json.loads(gcp_["secrets"]) == [
        {"resourceName": "projects/acme-production/secrets/shop-password/versions/latest", "path": "PASSWORD"},
        {"resourceName": "projects/acme-production/secrets/shop-token/versions/latest", "path": "TOKEN"},
    ]


def asked(cloud: str, name: str) -> dict[str, str]:
    """Return the parameters of a class."""
    found = made(cloud, mounts=True).one(":SecretProviderClass", f"kubernetes-production/shop-live/{name}").inputs["spec"]
    assert found["provider"] == cloud
    return dict(found["parameters"])


def test_aws_is_given_no_alias_for_a_secret_that_is_called_like_its_key():
    assert json.loads(asked("aws", "api")["objects"]) == [{"objectName": "shop-token", "objectType": "secretsmanager"}]


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
