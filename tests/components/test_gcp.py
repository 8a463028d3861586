"""What is registered for GKE and Artifact Registry. Whether Google takes it is for the live tests to say."""

from __future__ import annotations

import ipaddress
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.gcp.network import carve
from components.interfaces import Runtime
from delivery.shapes.gcp import ArtifactRegistry
from tests.components.recording import SECRET, record, value
from tests.components.stacks import making_registry, making_runtime, registry, runtime

PRODUCTION = """
name: kubernetes-production
type: gke
account:
  project: acme-production
  number: "222222222222"
  region: us-central1
  serviceAccount: pvn-deploy@acme-production.iam.gserviceaccount.com
network: {cidr: 10.20.0.0/15}
mode: standard
admins: ["group:oncall@acme.com"]
"""
STAGING = """
name: kubernetes-staging
type: gke
account:
  project: acme-staging
  number: "111111111111"
  region: us-central1
  serviceAccount: pvn-deploy@acme-staging.iam.gserviceaccount.com
network: {cidr: 10.10.0.0/15}
channel: regular
apiFromOutside: true
verifiedImages: false
protect: false
"""
IMAGES = """
name: images
type: artifact-registry
account:
  project: acme-shared
  number: "333333333333"
  region: us-central1
  serviceAccount: pvn-deploy@acme-shared.iam.gserviceaccount.com
push: {repository: acme/shop}
grantsAs: pvn-grants@acme-shared.iam.gserviceaccount.com
"""


POOL = "projects/333333333333/locations/global/workloadIdentityPools/images-push"


@pytest.fixture(scope="module")
def production():
    return record(making_runtime(runtime(PRODUCTION), registry(IMAGES)))


@pytest.fixture(scope="module")
def staging():
    return record(making_runtime(runtime(STAGING)))


@pytest.fixture(scope="module")
def images():
    return record(making_registry(registry(IMAGES), ("shop/web",)))


def test_the_provider_is_pinned_to_its_project_and_acts_as_the_deploy_identity(staging):
    provider = staging.one("pulumi:providers:gcp").inputs
    assert {name: provider[name] for name in ("project", "billingProject", "region", "impersonateServiceAccount")} == {
        "project": "acme-staging",
        "billingProject": "acme-staging",
        "region": "us-central1",
        "impersonateServiceAccount": "pvn-deploy@acme-staging.iam.gserviceaccount.com",
    }


def test_a_production_cluster_is_private_encrypted_watched_and_resists_deletion(production):
    cluster = production.one("container/cluster:Cluster")
    assert cluster.protect
    assert production.one("cryptoKey:CryptoKey").protect
    given = cluster.inputs
    assert given["deletionProtection"] is True
    assert given["location"] == "us-central1"
    assert given["privateClusterConfig"] == {"enablePrivateNodes": True, "enablePrivateEndpoint": True}
    assert given["controlPlaneEndpointsConfig"] == {
        "dnsEndpointConfig": {"allowExternalTraffic": False},
        "ipEndpointsConfig": {"enabled": False},
    }
    assert given["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": "kubernetes-production-secrets-id"}
    assert given["releaseChannel"] == {"channel": "STABLE"}
    assert given["workloadIdentityConfig"] == {"workloadPool": "acme-production.svc.id.goog"}
    assert given["binaryAuthorization"] == {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}
    assert given["enableLegacyAbac"] is False
    assert given["masterAuth"] == {"clientCertificateConfig": {"issueClientCertificate": False}}
    assert "APISERVER" in given["loggingConfig"]["enableComponents"]
    assert given["maintenancePolicy"]["recurringWindow"] == {
        "startTime": "2024-01-01T02:00:00Z",
        "endTime": "2024-01-01T06:00:00Z",
        "recurrence": "FREQ=WEEKLY;BYDAY=TU,WE,TH",
    }


def test_each_mode_gets_the_arguments_that_it_takes_and_no_others(production, staging):
    standard, autopilot = (set(one.one("container/cluster:Cluster").inputs) for one in (production, staging))
    assert autopilot - standard == {"enableAutopilot", "clusterAutoscaling"}
    assert standard - autopilot == {
        "datapathProvider",
        "dnsConfig",
        "enableShieldedNodes",
        "gatewayApiConfig",
        "initialNodeCount",
        "nodeConfig",
        "removeDefaultNodePool",
        "workloadIdentityConfig",
    }
    assert not staging.of("nodePool:NodePool")


def test_a_staging_cluster_differs_by_its_settings_alone(staging):
    cluster = staging.one("container/cluster:Cluster")
    assert not cluster.protect
    assert cluster.inputs["deletionProtection"] is False
    assert cluster.inputs["controlPlaneEndpointsConfig"]["dnsEndpointConfig"] == {"allowExternalTraffic": True}
    assert cluster.inputs["releaseChannel"] == {"channel": "REGULAR"}


def test_what_upgrades_itself_and_scales_itself_is_not_set_back(production):
    cluster, pool = production.one("container/cluster:Cluster"), production.one("nodePool:NodePool")
    assert cluster.ignore_changes == ("initialNodeCount", "minMasterVersion", "nodeConfig")
    assert pool.ignore_changes == ("initialNodeCount",)
    assert pool.inputs["autoscaling"] == {"totalMinNodeCount": 3, "totalMaxNodeCount": 9, "locationPolicy": "BALANCED"}


def test_nodes_are_nobody_but_themselves(production, staging):
    identity = "kubernetes-production-nodes@acme-production.iam.gserviceaccount.com"
    machine = production.one("nodePool:NodePool").inputs["nodeConfig"]
    assert machine["serviceAccount"] == identity
    assert machine["workloadMetadataConfig"] == {"mode": "GKE_METADATA"}
    assert machine["shieldedInstanceConfig"] == {"enableSecureBoot": True, "enableIntegrityMonitoring": True}
    assert production.one("container/cluster:Cluster").inputs["nodeConfig"]["serviceAccount"] == identity
    defaults = staging.one("container/cluster:Cluster").inputs["clusterAutoscaling"]["autoProvisioningDefaults"]
    assert defaults["serviceAccount"] == "kubernetes-staging-nodes@acme-staging.iam.gserviceaccount.com"
    roles = {one.inputs["member"]: one.inputs["role"] for one in production.of("iAMMember:IAMMember")}
    assert roles[f"serviceAccount:{identity}"] == "roles/container.defaultNodeServiceAccount"


def test_the_cluster_comes_after_its_apis_its_key_and_its_way_out_and_the_rights_of_its_nodes(production):
    cluster = production.one("container/cluster:Cluster")
    before = [
        *production.of("projects/service:Service"),
        production.one("cryptoKeyIAMMember:CryptoKeyIAMMember"),
        production.one("routerNat:RouterNat"),
        production.one("repositoryIamMember:RepositoryIamMember"),
    ]
    for one in before:
        assert production.reaches(cluster, one), one.name
        assert production.reaches(production.one("pulumi:providers:kubernetes"), one), one.name


def test_a_clusters_stack_lets_its_nodes_read_the_one_repository_as_an_identity_for_just_that(production):
    grant = production.one("repositoryIamMember:RepositoryIamMember")
    assert grant.inputs == {
        "project": "acme-shared",
        "location": "us-central1",
        "repository": "images",
        "role": "roles/artifactregistry.reader",
        "member": "serviceAccount:kubernetes-production-nodes@acme-production.iam.gserviceaccount.com",
    }
    (provider,) = [one for one in production.made if one.urn == grant.provider]
    assert provider.inputs["impersonateServiceAccount"] == "pvn-grants@acme-shared.iam.gserviceaccount.com"
    assert provider.inputs["project"] == "acme-shared"


def test_nothing_but_the_grant_is_made_in_the_registrys_project(production):
    foreign = {one.urn for one in production.of("pulumi:providers:gcp") if one.inputs["project"] == "acme-shared"}
    assert [one.type for one in production.made if one.provider in foreign] == [
        "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
    ]


def test_the_kubeconfig_names_the_identity_and_holds_no_token():
    kept: list[Runtime] = []
    recording = record(making_runtime(runtime(PRODUCTION), kept=kept))
    assert recording.one("pulumi:providers:kubernetes").inputs["kubeconfig"].get(SECRET)
    config = json.loads(value(kept[0].kubeconfig))
    user = config["users"][0]["user"]
    assert set(user) == {"exec"}
    assert user["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert user["exec"]["env"] == [
        {
            "name": "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT",
            "value": "pvn-deploy@acme-production.iam.gserviceaccount.com",
        }
    ]
    assert config["clusters"][0]["cluster"] == {"server": "https://kubernetes-production.gke.goog"}


def test_released_images_keep_their_tags_and_are_never_deleted_while_they_have_one(images):
    released, temporary = (images.one("repository:Repository", name) for name in ("images", "images-temporary"))
    assert released.protect
    assert not temporary.protect
    assert released.inputs["dockerConfig"] == {"immutableTags": True}
    assert temporary.inputs["dockerConfig"] == {"immutableTags": False}
    (policy,) = released.inputs["cleanupPolicies"]
    assert (policy["action"], policy["condition"]) == ("DELETE", {"tagState": "UNTAGGED", "olderThan": "1209600s"})
    for one in (released, temporary):
        assert one.inputs["cleanupPolicyDryRun"] is False
        assert one.inputs["kmsKeyName"] == "images-id"
        assert one.inputs["vulnerabilityScanningConfig"] == {"enablementConfig": "INHERITED"}


def test_one_workflow_of_one_repository_on_one_branch_may_push(images):
    provider = images.one("workloadIdentityPoolProvider:WorkloadIdentityPoolProvider")
    assert provider.inputs["attributeCondition"] == (
        "assertion.repository == 'acme/shop' && assertion.ref == 'refs/heads/main'"
    )
    assert {(one.inputs["repository"], one.inputs["role"], one.inputs["member"]) for one in images.of("IamMember")} == {
        (
            repository,
            "roles/artifactregistry.writer",
            f"principalSet://iam.googleapis.com/{POOL}/attribute.repository/acme/shop",
        )
        for repository in ("images", "images-temporary")
    }


def test_a_pool_whose_name_stays_taken_for_a_month_is_not_deleted(images):
    for one in images.of("WorkloadIdentityPool") + images.of("WorkloadIdentityPoolProvider"):
        assert one.retain_on_delete, one.name


def test_the_url_of_a_registry_follows_from_its_settings():
    settings = registry(IMAGES)
    assert isinstance(settings, ArtifactRegistry)
    assert settings.url == "us-central1-docker.pkg.dev/acme-shared/images"


@given(st.integers(12, 17), st.integers(0, 15))
def test_ranges_lie_inside_their_network_and_never_overlap(prefix, block):
    whole = ipaddress.IPv4Network((int(ipaddress.IPv4Address("10.0.0.0")) + block * 2**20, prefix))
    found = carve(str(whole))
    parts = [ipaddress.IPv4Network(one) for one in (found.pods, found.nodes, found.services)]
    assert all(one.subnet_of(whole) for one in parts)
    assert not any(one.overlaps(other) for i, one in enumerate(parts) for other in parts[:i])
