"""A cluster, who enters it, its add-ons and its nodes, as calls to an emulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.emulated.makers.account import Account, Inputs, Maker


def _cluster(account: Account, inputs: Inputs) -> Inputs:
    reach = inputs["vpcConfig"]
    made = account.ask(
        "eks",
        "create_cluster",
        name=inputs["name"],
        version=inputs["version"],
        roleArn=inputs["roleArn"],
        resourcesVpcConfig=reach,
        kubernetesNetworkConfig=inputs["kubernetesNetworkConfig"],
        logging={"clusterLogging": [{"types": inputs["enabledClusterLogTypes"], "enabled": True}]},
        encryptionConfig=[inputs["encryptionConfig"]],
        accessConfig=inputs["accessConfig"],
        bootstrapSelfManagedAddons=inputs["bootstrapSelfManagedAddons"],
        upgradePolicy=inputs["upgradePolicy"],
        zonalShiftConfig=inputs["zonalShiftConfig"],
        deletionProtection=inputs["deletionProtection"],
        tags=dict(account.tags),
    )["cluster"]
    issuer = made["identity"]["oidc"]["issuer"]
    return {"arn": made["arn"], "endpoint": made["endpoint"], "identities": [{"oidcs": [{"issuer": issuer}]}]}


def _entry(account: Account, inputs: Inputs) -> Inputs:
    who = {"clusterName": inputs["clusterName"], "principalArn": inputs["principalArn"], "type": inputs["type"]}
    account.ask("eks", "create_access_entry", tags=dict(account.tags), **who)
    return {}


def _access(account: Account, inputs: Inputs) -> Inputs:
    who = {name: inputs[name] for name in ("clusterName", "principalArn", "policyArn", "accessScope")}
    account.ask("eks", "associate_access_policy", **who)
    return {}


def _addon(account: Account, inputs: Inputs) -> Inputs:
    own = {"podIdentityAssociations": inputs.get("podIdentityAssociations") or []}
    account.ask(
        "eks",
        "create_addon",
        clusterName=inputs["clusterName"],
        addonName=inputs["addonName"],
        resolveConflicts=inputs["resolveConflictsOnCreate"],
        tags=dict(account.tags),
        **own,
    )
    return {}


def _pod_identity(account: Account, inputs: Inputs) -> Inputs:
    who = {name: inputs[name] for name in ("clusterName", "namespace", "serviceAccount", "roleArn")}
    made = account.ask("eks", "create_pod_identity_association", tags=dict(account.tags), **who)
    return {"id": made["association"]["associationId"]}


def _launch_template(account: Account, inputs: Inputs) -> Inputs:
    (device,) = _capitalized(inputs["blockDeviceMappings"])
    disk = device["Ebs"]
    flags = {name: disk[name] == "true" for name in ("Encrypted", "DeleteOnTermination")}
    device = {**device, "Ebs": {**disk, **flags, "VolumeSize": int(disk["VolumeSize"])}}
    options = _capitalized(inputs["metadataOptions"])
    data = {
        "MetadataOptions": {**options, "HttpPutResponseHopLimit": int(options["HttpPutResponseHopLimit"])},
        "BlockDeviceMappings": [device],
        "TagSpecifications": [
            {"ResourceType": one["resourceType"], "Tags": [{"Key": key, "Value": text} for key, text in one["tags"].items()]}
            for one in inputs["tagSpecifications"]
        ],
    }
    name = inputs["tagSpecifications"][0]["tags"]["Name"]
    tags = account.specified("launch-template", inputs)
    made = account.ask(
        "ec2", "create_launch_template", LaunchTemplateName=name, LaunchTemplateData=data, TagSpecifications=tags
    )["LaunchTemplate"]
    return {"id": made["LaunchTemplateId"], "latestVersion": made["LatestVersionNumber"]}


def _capitalized(given: Any) -> Any:
    """Return settings as EC2 writes them: each name with a capital."""
    if isinstance(given, Mapping):
        return {key[0].upper() + key[1:]: _capitalized(one) for key, one in given.items()}
    if isinstance(given, list):
        return [_capitalized(one) for one in given]
    return given


def _node_group(account: Account, inputs: Inputs) -> Inputs:
    scaling, update = inputs["scalingConfig"], inputs["updateConfig"]
    account.ask(
        "eks",
        "create_nodegroup",
        clusterName=inputs["clusterName"],
        nodegroupName=inputs["clusterName"],
        nodeRole=inputs["nodeRoleArn"],
        subnets=inputs["subnetIds"],
        version=inputs["version"],
        amiType=inputs["amiType"],
        instanceTypes=inputs["instanceTypes"],
        capacityType=inputs["capacityType"],
        scalingConfig={name: int(number) for name, number in scaling.items()},
        updateConfig={name: int(number) for name, number in update.items()},
        nodeRepairConfig=inputs["nodeRepairConfig"],
        launchTemplate=inputs["launchTemplate"],
        tags=dict(account.tags),
    )
    return {}


MAKERS: Mapping[str, Maker] = {
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:eks/accessEntry:AccessEntry": _entry,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _access,
    "aws:eks/addon:Addon": _addon,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _pod_identity,
}
