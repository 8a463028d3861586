"""An EKS cluster: its network, its keys and logs, who may enter, its add-ons and its nodes, in the order that it needs."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from msgspec import Struct
from pulumi_aws import cloudwatch, eks, iam, kms

from components.aws import cluster, identities, kubeconfig, nodes
from components.aws.network import Network, NetworkArgs
from components.aws.nodes import Nodes, NodesArgs
from components.aws.secrets import Secrets, SecretsArgs
from components.interfaces import Access
from delivery.shapes.aws import EksRuntime


class RuntimeArgs(Struct, frozen=True, kw_only=True):
    """What an EKS cluster needs to know."""

    settings: EksRuntime
    """The cluster as its stack file describes it."""


class Runtime(pulumi.ComponentResource):
    """An EKS cluster and everything around it, in one account."""

    kubeconfig: pulumi.Output[str]
    """How to reach the cluster, marked secret. It holds no token. Known once nodes are there and the role may enter."""
    cluster: None = None
    """Objects have to be deleted one by one: load balancers and volumes that they made would outlive the cluster."""
    endpoint: pulumi.Output[str]
    """The address of the API."""
    issuer: pulumi.Output[str]
    """Who vouches for the cluster's service accounts, as a URL."""
    network_id: pulumi.Output[str]
    """The VPC."""
    node_role: pulumi.Output[str]
    """The ARN of the role of its nodes."""

    def __init__(self, name: str, args: RuntimeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:aws:Runtime", name, {}, opts)
        self._name, self._settings = name, args.settings
        self._opts = pulumi.ResourceOptions(parent=self)
        account = args.settings.account
        network = self._network()
        self._eks = self._cluster(network)
        admin = self._enter()
        node_role, attached = nodes.role(f"{name}-nodes", account, self._opts)
        group = self._nodes(network, node_role, [*attached, *self._early_addons()])
        self._late_addons(group)
        self.endpoint, self.network_id, self.node_role = self._eks.endpoint, network.vpc_id, node_role.arn
        self.issuer = self._eks.identities.apply(_issuer)
        if args.settings.secrets:
            # what lets service accounts take on roles
            iam.OpenIdConnectProvider(name, url=self.issuer, client_id_lists=["sts.amazonaws.com"], opts=self._opts)
        # waiting for the ids as well: before them nobody may enter, and nothing would run
        known = pulumi.Output.all(self._eks.endpoint, self._eks.certificate_authority.apply(_data), admin.id, group.id)
        self.kubeconfig = pulumi.Output.secret(known.apply(lambda found: kubeconfig.text(name, account, found[0], found[1])))
        self.register_outputs({"kubeconfig": self.kubeconfig, "endpoint": self.endpoint, "node_role": self.node_role})

    def reads(self, namespace: str, names: Sequence[str]) -> Access:
        """Let a namespace read secrets of the account, and return how."""
        args = SecretsArgs(
            cluster=self._name, account=self._settings.account, issuer=self.issuer, namespace=namespace, names=names
        )
        return Secrets(f"{self._name}/{namespace}", args, self._opts).access

    def _network(self) -> Network:
        args = NetworkArgs(
            settings=self._settings.network, account=self._settings.account, log_retention=self._settings.log_retention
        )
        return Network(self._name, args, self._opts)

    def _cluster(self, network: Network) -> eks.Cluster:
        settings, key = self._settings, self._key()
        role, granted = self._role(key)
        # before the cluster: EKS would make one of this name that keeps everything for ever
        logs = cloudwatch.LogGroup(
            f"{self._name}-api",
            name=f"/aws/eks/{self._name}/cluster",
            retention_in_days=settings.log_retention,
            skip_destroy=settings.protect,
            opts=self._opts,
        )
        opts = pulumi.ResourceOptions(
            parent=self,
            protect=settings.protect,
            depends_on=[*granted, logs],
            # decided at its birth and told by nobody afterwards: one that is taken over must not be replaced for it
            ignore_changes=["bootstrapSelfManagedAddons", "accessConfig.bootstrapClusterCreatorAdminPermissions"],
        )
        return eks.Cluster(self._name, cluster.arguments(settings, network, key.arn, role.arn), opts)

    def _key(self) -> kms.Key:
        return kms.Key(
            f"{self._name}-secrets",
            description=f"Secrets in the cluster {self._name}",
            enable_key_rotation=True,
            rotation_period_in_days=365,
            # without its key a cluster is lost: long enough to notice
            deletion_window_in_days=30,
            opts=pulumi.ResourceOptions(parent=self, protect=self._settings.protect),
        )

    def _role(self, key: kms.Key) -> tuple[iam.Role, list[pulumi.Resource]]:
        name, account = f"{self._name}-cluster", self._settings.account
        trust = identities.trusts("eks.amazonaws.com", "sts:TagSession")
        role = identities.role(name, trust, f"The control plane of {self._name}", self._opts)
        attached = identities.attach(role, name, account, ["AmazonEKSClusterPolicy"], self._opts)
        actions = ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"]
        allowed = key.arn.apply(lambda arn: identities.document({"Effect": "Allow", "Action": actions, "Resource": arn}))
        policy = iam.RolePolicy(f"{name}-key", name="key", role=role.name, policy=allowed, opts=self._opts)
        return role, [*attached, policy]

    def _enter(self) -> eks.AccessPolicyAssociation:
        """Let the deploy role and people's roles in, and return what lets the deploy role in. Nodes need no entry."""
        settings = self._settings
        for admin in settings.admins:
            self._access(f"admin-{_short(admin)}", admin, "AmazonEKSClusterAdminPolicy")
        for viewer in settings.viewers:
            self._access(f"viewer-{_short(viewer)}", viewer, "AmazonEKSViewPolicy")
        return self._access("deploy", settings.account.role, "AmazonEKSClusterAdminPolicy")

    def _access(self, who: str, principal: str, policy: str) -> eks.AccessPolicyAssociation:
        name = f"{self._name}-{who}"
        entry = eks.AccessEntry(name, cluster_name=self._eks.name, principal_arn=principal, type="STANDARD", opts=self._opts)
        return eks.AccessPolicyAssociation(
            name,
            cluster_name=self._eks.name,
            principal_arn=entry.principal_arn,
            policy_arn=f"arn:{self._settings.account.partition}:eks::aws:cluster-access-policy/{policy}",
            access_scope=eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
            opts=self._opts,
        )

    def _nodes(self, network: Network, role: iam.Role, after: Sequence[pulumi.Resource]) -> eks.NodeGroup:
        args = NodesArgs(
            settings=self._settings.nodes,
            cluster=self._eks.name,
            version=self._eks.version,
            role=role,
            subnet_ids=network.node_subnet_ids,
            after=after,
        )
        return Nodes(f"{self._name}-nodes", args, self._opts).group

    def _early_addons(self) -> list[pulumi.Resource]:
        """Return the add-ons without which no node ever becomes ready: identities for pods, then the network."""
        identity = self._addon("eks-pod-identity-agent", [])
        network = self._addon("vpc-cni", [identity], self._pod_role("cni", "AmazonEKS_CNI_Policy"), "aws-node")
        return [network, self._addon("kube-proxy", [])]

    def _late_addons(self, group: eks.NodeGroup) -> None:
        """Make the add-ons that run on nodes, and say who may ask for more of those."""
        self._addon("coredns", [group])
        self._addon("metrics-server", [group])
        disks = self._pod_role("ebs", "service-role/AmazonEBSCSIDriverPolicy")
        self._addon("aws-ebs-csi-driver", [group], disks, "ebs-csi-controller-sa")
        scaler = self._pod_role("scaler")
        iam.RolePolicy(f"{self._name}-scaler", name="scale", role=scaler.name, policy=self._may_scale(), opts=self._opts)
        eks.PodIdentityAssociation(
            f"{self._name}-scaler",
            cluster_name=self._eks.name,
            namespace="kube-system",
            service_account="cluster-autoscaler",
            role_arn=scaler.arn,
            opts=self._opts,
        )

    def _pod_role(self, kind: str, policy: str | None = None) -> iam.Role:
        name = f"{self._name}-{kind}"
        role = identities.role(name, identities.POD_TRUST, f"Pods of {self._name}: {kind}", self._opts)
        identities.attach(role, name, self._settings.account, [policy] if policy else [], self._opts)
        return role

    def _may_scale(self) -> str:
        """Return what a cluster autoscaler may do: look at all groups, and change the size of this cluster's."""
        looking = [
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "eks:DescribeNodegroup",
        ]
        own = {"StringEquals": {"aws:ResourceTag/eks:cluster-name": self._name}}
        changing = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
        return identities.document(
            {"Effect": "Allow", "Action": looking, "Resource": "*"},
            {"Effect": "Allow", "Action": changing, "Resource": "*", "Condition": own},
        )

    def _addon(
        self, addon: str, after: Sequence[pulumi.Resource], role: iam.Role | None = None, account: str = ""
    ) -> eks.Addon:
        own = [eks.AddonPodIdentityAssociationArgs(role_arn=role.arn, service_account=account)] if role else None
        return eks.Addon(
            f"{self._name}-{addon}",
            cluster_name=self._eks.name,
            addon_name=addon,
            pod_identity_associations=own,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="PRESERVE",
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )


def _short(role: str) -> str:
    """Return a role's account and name, which stay what they are when others come and go."""
    account, _, path = role.split(":", 4)[4].partition(":role/")
    return f"{account}/{path}"


def _data(authority: eks.outputs.ClusterCertificateAuthority) -> str:
    return authority.data or ""


def _issuer(found: Sequence[eks.outputs.ClusterIdentity]) -> str:
    oidcs = (one.oidcs for one in found)
    return next((oidc.issuer or "" for some in oidcs for oidc in some or ()), "")
