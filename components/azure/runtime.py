"""An AKS cluster: its network, its identities, its key, who may enter, its logs and nodes, in the order it needs."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from msgspec import Struct
from pulumi_azure_native import authorization, keyvault, managedidentity, monitor, operationalinsights
from pulumi_azure_native import containerservice as aks

from components.azure import account, cluster, identities, kubeconfig
from components.azure.network import Network, NetworkArgs
from components.azure.nodes import Nodes, NodesArgs
from components.azure.pulls import Pull, PullArgs
from components.azure.secrets import Secrets, SecretsArgs
from components.interfaces import Access
from delivery.shapes.azure import AcrRegistry, AksRuntime

LOGS = ("kube-apiserver", "kube-audit-admin", "kube-controller-manager", "kube-scheduler", "cluster-autoscaler", "guard")
"""Logs of the control plane that are kept: who did what, and who was let in."""
UPGRADES = ("aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")
"""What is upgraded in the hours for it: Kubernetes, and the nodes' images."""


class RuntimeArgs(Struct, frozen=True, kw_only=True):
    """What an AKS cluster needs to know."""

    settings: AksRuntime
    """The cluster as its stack file describes it."""
    sources: Sequence[AcrRegistry]
    """The registries that its nodes pull from, in whatever stack and subscription."""


class Runtime(pulumi.ComponentResource):
    """An AKS cluster and everything around it, in one subscription."""

    kubeconfig: pulumi.Output[str]
    """How to reach the cluster, marked secret. It holds no token. Known once nodes and the deploy identity are there."""
    cluster: None = None
    """Objects have to be deleted one by one: load balancers and volumes that they made would outlive the cluster."""
    issuer: pulumi.Output[str]
    """Who vouches for the cluster's service accounts, as a URL."""
    network_id: pulumi.Output[str]
    """The virtual network."""
    node_identity: pulumi.Output[str]
    """The object id of the nodes' identity."""

    def __init__(self, name: str, args: RuntimeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:azure:Runtime", name, {}, opts)
        self._name, self._settings = name, args.settings
        self._opts, self._account = pulumi.ResourceOptions(parent=self), args.settings.account
        self._group = account.group(name, self._account, self._opts, protect=args.settings.protect)
        network_args = NetworkArgs(settings=args.settings.network, account=self._account, group=self._group)
        self._network = Network(name, network_args, self._opts)
        control_plane, kubelet = self._identity("control-plane"), self._identity("nodes")
        self.node_identity, self.network_id = kubelet.principal_id, self._network.network_id
        pulls = [self._pull(one).granted for one in args.sources]
        self._aks = self._cluster(control_plane, kubelet, pulls)
        nodes = NodesArgs(settings=args.settings, cluster=self._aks.name, group=self._group, subnet=self._network.nodes.id)
        pool = Nodes(f"{name}-nodes", nodes, self._opts).pool
        admin = self._people()
        self._logs()
        self._hours()
        self._lock()
        self.issuer = self._aks.oidc_issuer_profile.apply(_issuer)
        self.kubeconfig = self._reach(admin, pool)
        self.register_outputs({"kubeconfig": self.kubeconfig, "issuer": self.issuer})

    def reads(self, namespace: str, names: Sequence[str]) -> Access:
        """Let a namespace read secrets of the vault, and return how."""
        args = SecretsArgs(
            cluster=self._name,
            account=self._account,
            group=self._group,
            vault=self._settings.secrets_vault or "",
            issuer=self.issuer,
            namespace=namespace,
            names=names,
        )
        return Secrets(f"{self._name}/{namespace}", args, self._opts).access

    def _identity(self, kind: str) -> managedidentity.UserAssignedIdentity:
        return identities.identity(f"{self._name}-{kind}", self._account, self._group, self._opts)

    def _pull(self, registry: AcrRegistry) -> Pull:
        return Pull(f"{self._name}-{registry.name}", PullArgs(registry=registry, nodes=self.node_identity), self._opts)

    def _grant(self, name: str, principal: pulumi.Input[str], role: str, scope: pulumi.Input[str]) -> pulumi.Resource:
        return identities.grant(f"{self._name}-{name}", self._account, principal, role, scope, self._opts)

    def _cluster(
        self,
        control_plane: managedidentity.UserAssignedIdentity,
        kubelet: managedidentity.UserAssignedIdentity,
        after: Sequence[pulumi.Resource],
    ) -> aks.ManagedCluster:
        owner, settings, key = control_plane.principal_id, self._settings, self._key()
        granted = [
            self._grant("nodes-subnet", owner, identities.NETWORK_CONTRIBUTOR, self._network.nodes.id),
            self._grant("api-subnet", owner, identities.NETWORK_CONTRIBUTOR, self._network.api.id),
            self._grant("kubelet", owner, identities.IDENTITY_OPERATOR, kubelet.id),
        ]
        if key:
            granted.append(self._grant("key", owner, identities.VAULT_CRYPTO_USER, key[0].id))
            if not settings.api_cidrs:
                # it connects the vault to the network by itself
                granted.append(self._grant("vault", owner, identities.VAULT_CONTRIBUTOR, key[0].id))
        parts = cluster.Parts(
            group=self._group, network=self._network, control_plane=control_plane, kubelet=kubelet, key=key
        )
        opts = pulumi.ResourceOptions(parent=self, protect=settings.protect, depends_on=[*granted, *after])
        return cluster.make(settings, parts, opts)

    def _key(self) -> tuple[keyvault.Vault, keyvault.Key] | None:
        settings = self._settings
        if not settings.key_vault:
            return None
        return identities.key(
            f"{self._name}-secrets",
            self._account,
            settings.key_vault,
            self._group,
            self._opts,
            is_private=not settings.api_cidrs,
            protect=settings.protect,
        )

    def _people(self) -> pulumi.Resource:
        """Let the deploy identity in, and those who may look; return what lets the deploy identity in."""
        for viewer in self._settings.viewers:
            identities.grant(
                f"{self._name}-viewer-{viewer}",
                self._account,
                viewer,
                identities.CLUSTER_READER,
                self._aks.id,
                self._opts,
                "Group",
            )
        return self._grant("deploy", self._account.principal, identities.CLUSTER_ADMIN, self._aks.id)

    def _logs(self) -> None:
        workspace = operationalinsights.Workspace(
            self._name,
            workspace_name=self._name,
            resource_group_name=self._group.name,
            location=self._account.region,
            sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
            retention_in_days=self._settings.log_retention,
            tags=account.tags(self._account),
            opts=self._opts,
        )
        monitor.DiagnosticSetting(
            self._name,
            name="control-plane",
            resource_uri=self._aks.id,
            workspace_id=workspace.id,
            log_analytics_destination_type="Dedicated",
            logs=[monitor.DiagnosticsLogSettingsArgs(category=one, enabled=True) for one in LOGS],
            opts=self._opts,
        )

    def _hours(self) -> None:
        weekly = aks.WeeklyScheduleArgs(day_of_week=self._settings.maintenance_day, interval_weeks=1)
        for name in UPGRADES:
            aks.MaintenanceConfiguration(
                f"{self._name}-{name}",
                config_name=name,
                resource_group_name=self._group.name,
                resource_name_=self._aks.name,
                maintenance_window=aks.MaintenanceWindowArgs(
                    schedule=aks.ScheduleArgs(weekly=weekly),
                    start_time=f"{self._settings.maintenance_hour:02}:00",
                    duration_hours=4,
                    utc_offset="+00:00",
                ),
                opts=self._opts,
            )

    def _lock(self) -> None:
        """Lock the cluster, and not the group of its nodes: there, the autoscaler has to delete."""
        if self._settings.protect:
            authorization.ManagementLockByScope(
                self._name,
                lock_name="pvn-protect",
                level="CanNotDelete",
                scope=self._aks.id,
                notes="Lower `protect` in the stack file to take this away.",
                opts=self._opts,
            )

    def _reach(self, *after: pulumi.Resource) -> pulumi.Output[str]:
        given = aks.list_managed_cluster_user_credentials_output(
            resource_group_name=self._group.name,
            resource_name=self._aks.name,
            format="exec",
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[self._aks]),
        ).apply(lambda found: found.kubeconfigs[0].value)
        # waiting for the ids as well: before them nobody may enter, and nothing would run
        known = pulumi.Output.all(given, *(getattr(one, "id") for one in after))  # noqa: B009 - all of them have one
        return pulumi.Output.secret(known.apply(lambda found: kubeconfig.text(self._name, self._account, found[0])))


def _issuer(found: aks.outputs.ManagedClusterOIDCIssuerProfileResponse | None) -> str:
    return found.issuer_url if found else ""
