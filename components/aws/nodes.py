"""The nodes of an EKS cluster: one managed group, whose role may join the cluster, pull images, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from msgspec import Struct
from pulumi_aws import eks, iam

from components.aws import identities, sdk
from delivery.shapes.aws import AwsAccount, EksNodes

POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
"""What every node may do. The rights of the network plugin belong to its own pods: node rights are every pod's rights."""


class NodesArgs(Struct, frozen=True, kw_only=True):
    """What the nodes of a cluster need to know."""

    settings: EksNodes
    """What machines, and how many."""
    cluster: pulumi.Input[str]
    """The name of the cluster."""
    version: pulumi.Input[str]
    """The version of Kubernetes: the control plane's, once it has it."""
    role: iam.Role
    """What the nodes may do in their account."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """Where they run, one a zone."""
    after: Sequence[pulumi.Resource]
    """What has to be there first: rights, and the add-ons without which a node never becomes ready."""


def role(name: str, account: AwsAccount, opts: pulumi.ResourceOptions) -> tuple[iam.Role, list[pulumi.Resource]]:
    """Return the role of a cluster's nodes and its attachments. Registries of other accounts know it by its name."""
    nodes = identities.role(name, identities.trusts("ec2.amazonaws.com"), f"The nodes called {name}", opts)
    return nodes, identities.attach(nodes, name, account, POLICIES, opts)


class Nodes(pulumi.ComponentResource):
    """A managed node group across the zones of a cluster."""

    group: eks.NodeGroup
    """The group; once it is there, nodes are ready."""

    def __init__(self, name: str, args: NodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:aws:Nodes", name, {}, opts)
        settings = args.settings
        template = self._template(name, settings)
        self.group = eks.NodeGroup(
            name,
            cluster_name=args.cluster,
            node_role_arn=args.role.arn,
            subnet_ids=args.subnet_ids,
            version=args.version,
            ami_type="AL2023_ARM_64_STANDARD" if settings.is_arm else "AL2023_x86_64_STANDARD",
            instance_types=[settings.instance_type],
            capacity_type=settings.capacity.replace("-", "_").upper(),
            scaling_config=eks.NodeGroupScalingConfigArgs(
                min_size=settings.min, max_size=settings.max, desired_size=settings.min
            ),
            update_config=eks.NodeGroupUpdateConfigArgs(max_unavailable_percentage=33),
            node_repair_config=eks.NodeGroupNodeRepairConfigArgs(enabled=True),
            launch_template=eks.NodeGroupLaunchTemplateArgs(id=template.id, version=template.latest_version.apply(str)),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=args.after,
                # how many there are is for the autoscaler to say
                ignore_changes=["scalingConfig.desiredSize"],
            ),
        )
        self.register_outputs({})

    def _template(self, name: str, settings: EksNodes) -> sdk.LaunchTemplate:
        return sdk.LaunchTemplate(
            name,
            update_default_version=True,
            metadata_options=sdk.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled",
                http_tokens="required",
                # one hop is the node itself: pods must not get at its role
                http_put_response_hop_limit=1,
            ),
            block_device_mappings=[
                sdk.LaunchTemplateBlockDeviceMappingArgs(
                    device_name="/dev/xvda",
                    ebs=sdk.LaunchTemplateBlockDeviceMappingEbsArgs(
                        volume_type="gp3", volume_size=settings.disk, encrypted="true", delete_on_termination="true"
                    ),
                )
            ],
            tag_specifications=[
                sdk.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags={"Name": name})
                for kind in ("instance", "volume")
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
