"""What is registered for AKS and Azure's registries. Whether Azure takes it is for the live tests to say."""

from __future__ import annotations

import base64
import ipaddress
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.azure import identities
from components.azure.network import carve
from components.interfaces import Runtime
from tests.components.recording import SECRET, record, value
from tests.components.stacks import making_registry, making_runtime, registry, runtime

TENANT = "99999999-9999-9999-9999-999999999999"


def account(digit: str) -> str:
    ids = [f"{digit * 8}-{one * 4}-{one * 4}-{one * 4}-{digit * 12}" for one in (digit, "a", "b")]
    return f"{{subscription: {ids[0]}, tenant: {TENANT}, region: eastus2, client: {ids[1]}, principal: {ids[2]}}}"


PRODUCTION = f"""
name: kubernetes-production
type: aks
account: {account("2")}
network: {{cidr: 10.20.0.0/16}}
version: "1.34"
keyVault: acme-production
admins: [cccccccc-cccc-cccc-cccc-cccccccccccc]
viewers: [dddddddd-dddd-dddd-dddd-dddddddddddd]
"""
STAGING = f"""
name: kubernetes-staging
type: aks
account: {account("1")}
network: {{cidr: 10.10.0.0/16}}
version: "1.34"
channel: stable
nodes: {{min: 1, max: 3, capacity: spot}}
systemNodes: {{min: 1, max: 2}}
zones: []
apiCidrs: [203.0.113.0/24]
sla: false
protect: false
"""
IMAGES = f"""
name: images
type: acr
account: {account("3")}
registryName: acmeimages
push: {{repository: acme/shop}}
grantsAs: 33333333-eeee-eeee-eeee-333333333333
keyVault: acme-images
"""
REGISTRY_ID = (
    "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/images"
    "/providers/Microsoft.ContainerRegistry/registries/acmeimages"
)


@pytest.fixture(scope="module")
def production():
    return record(making_runtime(runtime(PRODUCTION), registry(IMAGES)))


@pytest.fixture(scope="module")
def staging():
    return record(making_runtime(runtime(STAGING)))


@pytest.fixture(scope="module")
def images():
    return record(making_registry(registry(IMAGES), ("shop/web",)))


def roles(recording):
    """Return who has which role over what, by the names in identities.py."""
    names = {found: name for name, found in vars(identities).items() if name.isupper()}
    return {
        (one.inputs["principalId"], names[one.inputs["roleDefinitionId"].rpartition("/")[2]], one.inputs["scope"])
        for one in recording.of("RoleAssignment")
    }


def test_the_provider_is_pinned_to_its_subscription_tenant_and_identity(staging):
    provider = staging.one("pulumi:providers:azure-native").inputs
    assert (provider["subscriptionId"], provider["tenantId"], provider["location"], provider["useOidc"]) == (
        "11111111-1111-1111-1111-111111111111",
        TENANT,
        "eastus2",
        "true",
    )
    # the SDK takes it for a secret
    assert provider["clientId"]["value"] == "11111111-aaaa-aaaa-aaaa-111111111111"


def test_a_production_cluster_is_private_encrypted_and_resists_deletion(production):
    cluster = production.one("ManagedCluster")
    assert cluster.protect
    assert production.one("ResourceGroup").protect
    assert all(one.protect for one in production.of("keyvault:Vault") + production.of("keyvault:Key"))
    assert production.one("ManagementLockByScope").inputs["scope"] == "kubernetes-production-id"
    given = cluster.inputs
    assert given["disableLocalAccounts"] is True
    assert given["sku"] == {"name": "Base", "tier": "Standard"}
    assert given["apiServerAccessProfile"] == {
        "enablePrivateCluster": True,
        "enablePrivateClusterPublicFQDN": False,
        "privateDNSZone": "system",
        "enableVnetIntegration": True,
        "subnetId": "kubernetes-production-api-id",
        "disableRunCommand": True,
    }
    assert given["aadProfile"] == {
        "managed": True,
        "enableAzureRBAC": True,
        "tenantID": TENANT,
        "adminGroupObjectIDs": ["cccccccc-cccc-cccc-cccc-cccccccccccc"],
    }
    assert given["securityProfile"] == {
        "azureKeyVaultKms": {
            "enabled": True,
            "keyId": "https://vault/kubernetes-production-secrets/1",
            "keyVaultNetworkAccess": "Private",
            "keyVaultResourceId": "kubernetes-production-secrets-id",
        },
        "imageCleaner": {"enabled": True, "intervalHours": 168},
        "workloadIdentity": {"enabled": True},
    }
    assert production.one("keyvault:Vault").inputs["properties"]["publicNetworkAccess"] == "Disabled"
    assert production.one("keyvault:Vault").inputs["properties"]["enablePurgeProtection"] is True


def test_a_staging_cluster_differs_by_its_settings_alone(staging):
    cluster = staging.one("ManagedCluster")
    assert not cluster.protect
    assert not staging.of("ManagementLockByScope")
    assert not staging.of("keyvault:Vault")
    assert cluster.inputs["sku"] == {"name": "Base", "tier": "Free"}
    assert cluster.inputs["apiServerAccessProfile"] == {
        "authorizedIPRanges": ["203.0.113.0/24"],
        "disableRunCommand": True,
    }
    pool = staging.one("AgentPool").inputs
    assert (pool["scaleSetPriority"], pool["scaleSetEvictionPolicy"]) == ("Spot", "Delete")
    assert "availabilityZones" not in pool


def test_the_version_is_ours_where_only_patches_come_by_themselves_and_azures_where_more_does(production, staging):
    assert production.one("ManagedCluster").ignore_changes == ("agentPoolProfiles[0].count",)
    assert production.one("AgentPool").ignore_changes == ("count",)
    assert staging.one("ManagedCluster").ignore_changes == ("agentPoolProfiles[0].count", "kubernetesVersion")
    assert staging.one("AgentPool").ignore_changes == ("count", "orchestratorVersion")


def test_a_cluster_is_born_with_one_pool_which_is_for_itself(production):
    (pool,) = production.one("ManagedCluster").inputs["agentPoolProfiles"]
    assert (pool["mode"], pool["nodeTaints"]) == ("System", ["CriticalAddonsOnly=true:NoSchedule"])
    assert pool["availabilityZones"] == ["1", "2", "3"]


def test_identities_get_these_rights_and_no_others(production):
    owner = "kubernetes-production-control-plane-principal"
    assert roles(production) == {
        (owner, "NETWORK_CONTRIBUTOR", "kubernetes-production-nodes-id"),
        (owner, "NETWORK_CONTRIBUTOR", "kubernetes-production-api-id"),
        (owner, "IDENTITY_OPERATOR", "kubernetes-production-nodes-id"),
        (owner, "VAULT_CRYPTO_USER", "kubernetes-production-secrets-id"),
        (owner, "VAULT_CONTRIBUTOR", "kubernetes-production-secrets-id"),
        ("kubernetes-production-nodes-principal", "ACR_PULL", REGISTRY_ID),
        ("22222222-bbbb-bbbb-bbbb-222222222222", "CLUSTER_ADMIN", "kubernetes-production-id"),
        ("dddddddd-dddd-dddd-dddd-dddddddddddd", "CLUSTER_READER", "kubernetes-production-id"),
    }


def test_a_role_belongs_to_the_subscription_of_what_it_is_over(production):
    for one in production.of("RoleAssignment"):
        subscription = one.inputs["roleDefinitionId"].split("/")[2]
        assert subscription[0] == ("3" if one.inputs["scope"] == REGISTRY_ID else "2"), one.name
        assert one.inputs["principalType"] in ("ServicePrincipal", "Group")


def test_the_grant_in_the_registrys_subscription_is_made_as_an_identity_for_just_that(production):
    foreign = [
        one
        for one in production.of("pulumi:providers:azure-native")
        if one.inputs["subscriptionId"] == "33333333-3333-3333-3333-333333333333"
    ]
    (provider,) = foreign
    assert provider.inputs["clientId"]["value"] == "33333333-eeee-eeee-eeee-333333333333"
    assert [one.type for one in production.made if one.provider == provider.urn] == [
        "azure-native:authorization:RoleAssignment"
    ]


def test_the_cluster_comes_after_its_rights_and_its_users_after_nodes_and_theirs(production):
    cluster, objects = production.one("ManagedCluster"), production.one("pulumi:providers:kubernetes")
    for name in ("nodes-subnet", "api-subnet", "kubelet", "key", "vault", "images"):
        assert production.reaches(cluster, production.one("RoleAssignment", f"kubernetes-production-{name}")), name
    assert production.reaches(objects, production.one("RoleAssignment", "kubernetes-production-deploy"))
    assert production.reaches(objects, production.one("AgentPool"))


def test_a_network_changes_one_subnet_at_a_time(production):
    api, nodes = (production.one("network:Subnet", f"kubernetes-production-{kind}") for kind in ("api", "nodes"))
    assert production.reaches(api, nodes)
    assert api.inputs["delegations"] == [{"name": "aks", "serviceName": "Microsoft.ContainerService/managedClusters"}]


def test_the_kubeconfig_names_the_identity_and_holds_no_token():
    kept: list[Runtime] = []
    recording = record(making_runtime(runtime(PRODUCTION), kept=kept))
    assert recording.one("pulumi:providers:kubernetes").inputs["kubeconfig"].get(SECRET)
    config = json.loads(value(kept[0].kubeconfig))
    user = config["users"][0]["user"]
    assert set(user) == {"exec"}
    assert " ".join([user["exec"]["command"], *user["exec"]["args"]]) == (
        "kubelogin get-token --login workloadidentity --server-id 6dae42f8-4368-4678-94ff-3960e28e3630"
        f" --tenant-id {TENANT} --client-id 22222222-aaaa-aaaa-aaaa-222222222222"
    )
    assert config["clusters"][0]["cluster"] == {"server": "https://aks", "certificate-authority-data": "QQ=="}


def test_who_has_logged_in_by_hand_is_asked_for_nothing_else():
    by_hand = PRODUCTION.replace("region:", "login: azure-cli, region:")
    kept: list[Runtime] = []
    recording = record(making_runtime(runtime(by_hand), kept=kept))
    provider = recording.one("pulumi:providers:azure-native").inputs
    assert "clientId" not in provider
    args = json.loads(value(kept[0].kubeconfig))["users"][0]["user"]["exec"]["args"]
    assert args[2] == "azurecli"
    assert "--client-id" not in args


def test_a_registry_has_no_users_of_its_own_and_deletes_only_what_was_never_for_a_release(images):
    found = images.one("containerregistry:Registry")
    assert found.protect
    assert found.inputs["adminUserEnabled"] is False
    assert found.inputs["anonymousPullEnabled"] is False
    assert found.inputs["policies"] == {
        "azureADAuthenticationAsArmPolicy": {"status": "disabled"},
        "retentionPolicy": {"days": 14, "status": "enabled"},
    }
    assert found.inputs["encryption"]["keyVaultProperties"] == {
        "identity": "images-images-client",
        "keyIdentifier": "https://vault/images-images",
    }
    task = base64.b64decode(images.one("containerregistry:Task").inputs["step"]["encodedTaskContent"]).decode()
    assert "acr purge --filter '.*:^(pr|buildcache)-.*' --ago 30d\n" in task
    assert "--untagged" not in task


def test_one_workflow_of_one_repository_on_one_branch_may_push(images):
    credential = images.one("FederatedIdentityCredential").inputs
    assert credential["subject"] == "repo:acme/shop:ref:refs/heads/main"
    assert credential["issuer"] == "https://token.actions.githubusercontent.com"
    assert credential["audiences"] == ["api://AzureADTokenExchange"]
    assert ("images-push-principal", "ACR_PUSH", "images-id") in roles(images)


def test_the_cheaper_registries_do_without_what_only_premium_has():
    cheap = IMAGES.replace("keyVault: acme-images", "sku: basic\nscanning: none")
    recording = record(making_registry(registry(cheap), ()))
    found = recording.one("containerregistry:Registry").inputs
    assert found["sku"] == {"name": "Basic"}
    assert "retentionPolicy" not in found["policies"]
    assert "encryption" not in found
    assert not recording.of("security:Pricing")


def test_azures_own_roles_have_the_ids_that_azure_gave_them():
    assert {name: found for name, found in vars(identities).items() if name.isupper()} == {
        "ACR_PULL": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "ACR_PUSH": "8311e382-0749-4cb8-b61a-304f252e45ec",
        "CLUSTER_ADMIN": "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
        "CLUSTER_READER": "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
        "IDENTITY_OPERATOR": "f1a07417-d97a-45cb-824c-7a7467783830",
        "NETWORK_CONTRIBUTOR": "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "VAULT_CONTRIBUTOR": "f25e0fa2-a7c8-4377-a976-54943a77a395",
        "VAULT_CRYPTO_USER": "12338af0-0e69-4776-bea7-57ae8d297424",
        "VAULT_SECRETS_USER": "4633458b-17de-408a-874b-0445c86b69e6",
        "VAULT_ENCRYPTION_USER": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    }


@given(st.integers(12, 24), st.integers(0, 15))
def test_subnets_lie_inside_their_network_and_never_overlap(prefix, block):
    whole = ipaddress.IPv4Network((int(ipaddress.IPv4Address("10.0.0.0")) + block * 2**20, prefix))
    nodes, api = (ipaddress.IPv4Network(one) for one in (carve(str(whole)).nodes, carve(str(whole)).api))
    assert nodes.subnet_of(whole)
    assert api.subnet_of(whole)
    assert not nodes.overlaps(api)
