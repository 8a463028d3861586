"""What is registered for EKS and ECR. Whether AWS takes it is for the emulated and the live tests to say."""

from __future__ import annotations

import ipaddress
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws.network import carve
from components.interfaces import Runtime
from delivery.shapes.aws import EksRuntime
from tests.components.recording import SECRET, record, value
from tests.components.stacks import making_registry, making_runtime, registry, runtime

ACCOUNT = '{id: "222222222222", region: us-east-1, role: "arn:aws:iam::222222222222:role/pvn-deploy"}'
PRODUCTION = f"""
name: kubernetes-production
type: eks
account: {ACCOUNT}
network: {{cidr: 10.20.0.0/16, privateEndpoints: true}}
version: "1.35"
admins: ["arn:aws:iam::222222222222:role/oncall"]
viewers: ["arn:aws:iam::222222222222:role/people"]
"""
STAGING = """
name: kubernetes-staging
type: eks
account: {id: "111111111111", region: us-east-1, role: "arn:aws:iam::111111111111:role/pvn-deploy"}
network: {cidr: 10.10.0.0/16, zones: [a, b], natGateways: one}
version: "1.35"
nodes: {instanceType: t3a.large, min: 1, max: 3, capacity: spot}
apiCidrs: [203.0.113.0/24]
logs: [api, audit, authenticator]
zonalShift: false
protect: false
"""
IMAGES = """
name: images
type: ecr
account: {id: "333333333333", region: us-east-1, role: "arn:aws:iam::333333333333:role/pvn-deploy"}
push: {repository: acme/shop}
"""


@pytest.fixture(scope="module")
def production():
    return record(making_runtime(runtime(PRODUCTION)))


@pytest.fixture(scope="module")
def staging():
    return record(making_runtime(runtime(STAGING)))


@pytest.fixture(scope="module")
def images():
    return record(making_registry(registry(IMAGES), ("shop/web", "shop/api"), (runtime(PRODUCTION), runtime(STAGING))))


def test_the_provider_takes_on_the_deploy_role_and_refuses_any_other_account(production):
    provider = production.one("pulumi:providers:aws")
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["222222222222"]
    assert json.loads(provider.inputs["assumeRoles"]) == [
        {"roleArn": "arn:aws:iam::222222222222:role/pvn-deploy", "sessionName": "pvn"}
    ]
    assert provider.inputs["region"] == "us-east-1"


def test_a_production_cluster_is_private_encrypted_logged_and_resists_deletion(production):
    cluster = production.one("eks/cluster:Cluster")
    key = production.one("kms/key:Key")
    assert cluster.protect
    assert key.protect
    assert key.inputs["enableKeyRotation"] is True
    assert {name: cluster.inputs[name] for name in cluster.inputs if name not in ("roleArn", "vpcConfig")} == {
        "name": "kubernetes-production",
        "version": "1.35",
        "deletionProtection": True,
        "bootstrapSelfManagedAddons": False,
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        "encryptionConfig": {
            "provider": {"keyArn": "arn:aws:kms:::kubernetes-production-secrets"},
            "resources": ["secrets"],
        },
        "kubernetesNetworkConfig": {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"},
        "upgradePolicy": {"supportType": "STANDARD"},
        "zonalShiftConfig": {"enabled": True},
    }
    reach = cluster.inputs["vpcConfig"]
    assert (reach["endpointPrivateAccess"], reach["endpointPublicAccess"]) == (True, False)
    assert "publicAccessCidrs" not in reach
    assert len(reach["subnetIds"]) == 3


def test_a_staging_cluster_differs_by_its_settings_alone(staging):
    cluster = staging.one("eks/cluster:Cluster")
    assert not cluster.protect
    assert cluster.inputs["deletionProtection"] is False
    assert cluster.inputs["vpcConfig"]["publicAccessCidrs"] == ["203.0.113.0/24"]
    assert cluster.inputs["enabledClusterLogTypes"] == ["api", "audit", "authenticator"]
    assert len(staging.of("ec2/natGateway:NatGateway")) == 1
    nodes = staging.one("eks/nodeGroup:NodeGroup")
    assert (nodes.inputs["capacityType"], nodes.inputs["amiType"]) == ("SPOT", "AL2023_x86_64_STANDARD")
    assert nodes.inputs["scalingConfig"] == {"minSize": 1, "maxSize": 3, "desiredSize": 1}
    assert [one.name for one in staging.of("vpcEndpoint:VpcEndpoint")] == ["kubernetes-staging-s3"]


def test_both_profiles_are_of_the_same_types_in_the_same_places(production, staging):
    def kinds(recording):
        return {one.type for one in recording.made if one.cloud == "aws"}

    assert kinds(production) - kinds(staging) == {"aws:ec2/securityGroup:SecurityGroup"}
    assert kinds(staging) <= kinds(production)


def test_what_nodes_need_is_there_before_them_and_what_needs_nodes_after(production):
    def addon(name):
        return production.one("eks/addon:Addon", f"kubernetes-production-{name}")

    nodes, cluster = production.one("eks/nodeGroup:NodeGroup"), production.one("eks/cluster:Cluster")
    log = production.one("logGroup:LogGroup", "kubernetes-production-api")
    assert log.inputs["name"] == "/aws/eks/kubernetes-production/cluster"
    assert production.reaches(cluster, log)
    for early in ("eks-pod-identity-agent", "vpc-cni", "kube-proxy"):
        assert production.reaches(nodes, addon(early)), early
    for attached in production.of("rolePolicyAttachment:RolePolicyAttachment"):
        if attached.name.startswith("kubernetes-production-nodes-"):
            assert production.reaches(nodes, attached), attached.name
    for late in ("coredns", "metrics-server", "aws-ebs-csi-driver"):
        assert production.reaches(addon(late), nodes), late


def test_nobody_uses_the_cluster_before_the_deploy_role_may_enter_and_nodes_are_there(production):
    objects = production.one("pulumi:providers:kubernetes")
    for earlier in (
        production.one("accessPolicyAssociation:AccessPolicyAssociation", "kubernetes-production-deploy"),
        production.one("eks/nodeGroup:NodeGroup"),
        production.one("eks/cluster:Cluster"),
    ):
        assert production.reaches(objects, earlier), earlier.name


def test_people_are_let_in_by_role_and_nodes_by_no_entry_at_all(production):
    entries = {one.name: one.inputs["policyArn"].rpartition("/")[2] for one in production.of(":AccessPolicyAssociation")}
    assert entries == {
        "kubernetes-production-deploy": "AmazonEKSClusterAdminPolicy",
        "kubernetes-production-admin-222222222222/oncall": "AmazonEKSClusterAdminPolicy",
        "kubernetes-production-viewer-222222222222/people": "AmazonEKSViewPolicy",
    }


def test_the_kubeconfig_names_the_role_and_holds_no_token():
    kept: list[Runtime] = []
    recording = record(making_runtime(runtime(PRODUCTION), kept=kept))
    given = recording.one("pulumi:providers:kubernetes").inputs["kubeconfig"]
    assert given.get(SECRET), "it is not marked secret"
    config = json.loads(value(kept[0].kubeconfig))
    user = config["users"][0]["user"]
    assert set(user) == {"exec"}
    assert " ".join(user["exec"]["args"]) == (
        "--region us-east-1 eks get-token --cluster-name kubernetes-production"
        " --role-arn arn:aws:iam::222222222222:role/pvn-deploy --output json"
    )
    assert user["exec"]["interactiveMode"] == "Never"
    assert config["clusters"][0]["cluster"] == {
        "server": "https://kubernetes-production.eks",
        "certificate-authority-data": "QQ==",
    }


def test_the_autoscaler_may_count_the_nodes_and_nobody_else_does(production):
    assert production.one("eks/nodeGroup:NodeGroup").ignore_changes == ("scalingConfig.desiredSize",)


def test_pods_cannot_get_at_the_rights_of_their_node(production):
    options = production.one("launchTemplate:LaunchTemplate").inputs["metadataOptions"]
    assert options == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}
    granted = {
        one.inputs["policyArn"].rpartition("/")[2]
        for one in production.of("rolePolicyAttachment:RolePolicyAttachment")
        if one.name.startswith("kubernetes-production-nodes-")
    }
    assert granted == {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"}


def test_each_image_gets_a_repository_that_keeps_what_runs(images):
    assert {one.inputs["name"] for one in images.of("ecr/repository:Repository")} == {"shop/web", "shop/api"}
    for one in images.of("ecr/repository:Repository"):
        assert one.protect
        assert one.inputs["forceDelete"] is False
        assert one.inputs["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
        assert one.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert one.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": "arn:aws:kms:::images"}]
    for one in images.of("lifecyclePolicy:LifecyclePolicy"):
        for rule in json.loads(one.inputs["policy"])["rules"]:
            selection = rule["selection"]
            assert selection["countType"] == "sinceImagePushed", "a rule that counts deletes what runs"
            assert selection["tagStatus"] == "untagged" or selection["tagPatternList"] == ["pr-*", "buildcache-*"]


def test_a_registry_that_may_be_deleted_goes_with_its_images():
    recording = record(making_registry(registry(f"{IMAGES}protect: false\n"), ("shop/web",)))
    repository = recording.one("ecr/repository:Repository")
    assert repository.inputs["forceDelete"] is True
    assert not repository.protect


def test_only_the_nodes_of_the_clusters_that_run_an_image_may_pull_it(images):
    for one in images.of("repositoryPolicy:RepositoryPolicy"):
        (statement,) = json.loads(one.inputs["policy"])["Statement"]
        assert statement["Principal"] == {"AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]}
        assert statement["Condition"] == {
            "ArnEquals": {
                "aws:PrincipalArn": [
                    "arn:aws:iam::111111111111:role/kubernetes-staging-nodes",
                    "arn:aws:iam::222222222222:role/kubernetes-production-nodes",
                ]
            }
        }
        assert not any("Put" in action or "*" in action for action in statement["Action"])


def test_the_nodes_that_may_pull_are_called_what_the_registry_expects(production):
    role = production.one("iam/role:Role", "kubernetes-production-nodes")
    assert role.inputs["name"] == "kubernetes-production-nodes"


def test_one_workflow_of_one_repository_on_one_branch_may_push_to_these_repositories(images):
    role = images.one("iam/role:Role")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main",
        }
    }
    assert role.inputs["maxSessionDuration"] == 3600
    login, push = json.loads(images.one("rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert (login["Action"], login["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert push["Resource"] == ["arn:aws:ecr:::shop/api", "arn:aws:ecr:::shop/web"]
    assert "ecr:PutImage" in push["Action"]
    assert not any("Delete" in action or "*" in action for action in push["Action"])


def test_a_registry_that_nobody_uses_yet_grants_nothing():
    recording = record(making_registry(registry(IMAGES), ()))
    assert not recording.of("ecr/repository:Repository")
    assert not recording.of("rolePolicy:RolePolicy")


def test_no_policy_allows_every_action_or_everybody(production, images):
    policies = [
        (one.name, json.loads(text))
        for one in (*production.made, *images.made)
        for field in ("policy", "assumeRolePolicy")
        if isinstance(text := one.inputs.get(field), str) and "Statement" in text
    ]
    assert len(policies) > 8
    for name, policy in policies:
        for statement in policy["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not any(action.endswith("*") for action in actions), name
            assert statement.get("Principal") != "*", name
            if any(action.startswith(("ecr:Put", "kms:", "autoscaling:Set")) for action in actions):
                assert statement["Resource"] != "*" or "Condition" in statement, name


def test_processors_are_told_apart_by_the_name_of_the_machine():
    arm = ("m7g.large", "c7gn.xlarge", "t4g.small", "x2gd.metal", "a1.large", "im4gn.large", "hpc7g.4xlarge")
    intel_and_others = ("m7i.large", "t3a.large", "g4dn.xlarge", "g6.xlarge", "m6id.large", "p5.48xlarge", "c7a.large")
    for machine, is_arm in [(one, True) for one in arm] + [(one, False) for one in intel_and_others]:
        settings = runtime(f"{PRODUCTION}nodes: {{instanceType: {machine}}}\n")
        assert isinstance(settings, EksRuntime)
        assert settings.nodes.is_arm is is_arm, machine


@given(
    st.integers(16, 18),
    st.integers(0, 255),
    st.permutations(["a", "b", "c", "d"]).flatmap(lambda zones: st.sampled_from([zones[:n] for n in (2, 3, 4)])),
)
def test_subnets_lie_inside_their_vpc_and_never_overlap(prefix, block, zones):
    whole = ipaddress.IPv4Network(f"10.{block}.0.0/{prefix}")
    found = [
        ipaddress.IPv4Network(cidr)
        for zone in carve(str(whole), zones).values()
        for cidr in (zone.private, zone.public, zone.intra)
    ]
    assert all(one.subnet_of(whole) for one in found)
    assert not any(one.overlaps(other) for i, one in enumerate(found) for other in found[:i])


@given(st.integers(16, 18))
def test_a_zone_more_moves_no_subnet(prefix):
    three, four = carve(f"10.0.0.0/{prefix}", "abc"), carve(f"10.0.0.0/{prefix}", "abcd")
    assert {zone: four[zone] for zone in "abc"} == three
