"""What the clouds do with each type that the components use. A type that is not here cannot be made.

Texts are filled in: {account}, {region}, {name} and every input that is a plain value, {serial} for what a cloud makes up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One type."""

    id: str
    """How its cloud calls one of them."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What its cloud says of it, beside the inputs."""
    immutable: tuple[str, ...] = ()
    """Inputs that can never change: another value means another thing."""
    named: str = ""
    """The input that is its name, made up from the resource's where it is not given. Empty: it has none."""
    guard: str = ""
    """The input that keeps it from being deleted while it is true."""
    counts: str = ""
    """The output that goes up with every change."""


def kind(id_: str, immutable: str = "", named: str = "", guard: str = "", counts: str = "", **outputs: Any) -> Kind:
    """Return a kind; the immutable inputs are one text with spaces."""
    return Kind(id=id_, outputs=outputs, immutable=tuple(immutable.split()), named=named, guard=guard, counts=counts)


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{'' if service == 'iam' else '{region}'}:{{account}}:{rest}"


def _ec2(prefix: str, immutable: str = "", **outputs: Any) -> Kind:
    return kind(f"{prefix}-{{serial}}", immutable, arn=_arn("ec2", f"{prefix}/{prefix}-{{serial}}"), **outputs)


_OF_CLUSTER = "{clusterName}:{principalArn}"

KINDS: dict[str, Kind] = {
    "aws:cloudwatch/logGroup:LogGroup": kind("{name}", "name", "name", arn=_arn("logs", "log-group:{name}")),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _ec2("sg", "vpcId", name="default"),
    "aws:ec2/eip:Eip": _ec2("eipalloc", "domain", allocationId="eipalloc-{serial}", publicIp="203.0.113.7"),
    "aws:ec2/flowLog:FlowLog": _ec2("fl", "vpcId logDestination trafficType iamRoleArn"),
    "aws:ec2/internetGateway:InternetGateway": _ec2("igw"),
    "aws:ec2/launchTemplate:LaunchTemplate": kind(
        "lt-{serial}",
        "name",
        "name",
        counts="latestVersion",
        arn=_arn("ec2", "launch-template/lt-{serial}"),
        latestVersion=1,
        defaultVersion=1,
    ),
    "aws:ec2/natGateway:NatGateway": kind("nat-{serial}", "allocationId subnetId", publicIp="203.0.113.7"),
    "aws:ec2/routeTable:RouteTable": _ec2("rtb", "vpcId"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": kind("rtbassoc-{serial}", "subnetId"),
    "aws:ec2/securityGroup:SecurityGroup": kind(
        "sg-{serial}", "name description vpcId", "name", arn=_arn("ec2", "security-group/sg-{serial}"), ownerId="{account}"
    ),
    "aws:ec2/subnet:Subnet": _ec2("subnet", "vpcId cidrBlock availabilityZone", availabilityZoneId="use1-az1"),
    "aws:ec2/vpc:Vpc": _ec2("vpc", "cidrBlock", mainRouteTableId="rtb-{serial}", ownerId="{account}"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ec2("vpce", "vpcId serviceName vpcEndpointType", state="available"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": kind("{repository}", "repository", registryId="{account}"),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": kind("{account}", registryId="{account}"),
    "aws:ecr/repository:Repository": kind(
        "{name}",
        "name encryptionConfigurations",
        "name",
        arn=_arn("ecr", "repository/{name}"),
        registryId="{account}",
        repositoryUrl="{account}.dkr.ecr.{region}.amazonaws.com/{name}",
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": kind("{repository}", "repository", registryId="{account}"),
    "aws:eks/accessEntry:AccessEntry": kind(
        _OF_CLUSTER, "clusterName principalArn type", accessEntryArn=_arn("eks", "access-entry/{clusterName}/{serial}")
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": kind(
        _OF_CLUSTER + ":{policyArn}",
        "clusterName principalArn policyArn accessScope",
        associatedAt="2026-01-01T00:00:00Z",
    ),
    "aws:eks/addon:Addon": kind(
        "{clusterName}:{addonName}", "clusterName addonName", arn=_arn("eks", "addon/{clusterName}/{addonName}/{serial}")
    ),
    "aws:eks/cluster:Cluster": kind(
        "{name}",
        "name roleArn encryptionConfig kubernetesNetworkConfig bootstrapSelfManagedAddons",
        "name",
        "deletionProtection",
        arn=_arn("eks", "cluster/{name}"),
        endpoint="{endpoint}",
        certificateAuthority={"data": "{authority}"},
        identities=[{"oidcs": [{"issuer": "https://oidc.eks.{region}.amazonaws.com/id/{serial}"}]}],
        status="ACTIVE",
        platformVersion="eks.1",
    ),
    "aws:eks/nodeGroup:NodeGroup": kind(
        "{clusterName}:{nodeGroupName}",
        "clusterName nodeGroupName nodeRoleArn subnetIds amiType instanceTypes capacityType diskSize",
        "nodeGroupName",
        arn=_arn("eks", "nodegroup/{clusterName}/{nodeGroupName}/{serial}"),
        status="ACTIVE",
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": kind(
        "a-{serial}", "clusterName namespace serviceAccount", associationId="a-{serial}"
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": kind(
        "arn:aws:iam::{account}:oidc-provider/{url}", "url", arn="arn:aws:iam::{account}:oidc-provider/{url}"
    ),
    "aws:iam/role:Role": kind("{name}", "name path", "name", arn=_arn("iam", "role/{name}"), uniqueId="AROA{serial}"),
    "aws:iam/rolePolicy:RolePolicy": kind("{role}:{name}", "name role", "name"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": kind("{role}-{policyArn}", "role policyArn"),
    "aws:kms/key:Key": kind(
        "{serial}", "customerMasterKeySpec keyUsage multiRegion", arn=_arn("kms", "key/{serial}"), keyId="{serial}"
    ),
}


_PROJECT = "projects/{account}"
_REGIONAL = _PROJECT + "/regions/{region}"

KINDS |= {
    "gcp:artifactregistry/repository:Repository": kind(
        _PROJECT + "/locations/{location}/repositories/{repositoryId}",
        "repositoryId location format mode kmsKeyName",
        name="{repositoryId}",
    ),
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": kind(
        _PROJECT + "/locations/{location}/repositories/{repository}/{role}/{member}",
        "repository location role member",
        etag="BwW{serial}",
    ),
    "gcp:compute/network:Network": kind(
        _PROJECT + "/global/networks/{name}", "name autoCreateSubnetworks", "name", selfLink=_PROJECT + "/networks/{name}"
    ),
    "gcp:compute/router:Router": kind(_REGIONAL + "/routers/{name}", "name network region", "name"),
    "gcp:compute/routerNat:RouterNat": kind(_PROJECT + "/{region}/{router}/{name}", "name router region", "name"),
    "gcp:compute/subnetwork:Subnetwork": kind(
        _REGIONAL + "/subnetworks/{name}", "name network region", "name", gatewayAddress="10.0.0.1"
    ),
    "gcp:container/cluster:Cluster": kind(
        _PROJECT + "/locations/{location}/clusters/{name}",
        "name location network subnetwork ipAllocationPolicy enableAutopilot datapathProvider privateClusterConfig",
        "name",
        "deletionProtection",
        endpoint="10.0.0.2",
        masterAuth={"clusterCaCertificate": "{authority}"},
        controlPlaneEndpointsConfig={"dnsEndpointConfig": {"endpoint": "{address}"}},
        masterVersion="1.35.1-gke.100",
    ),
    "gcp:container/nodePool:NodePool": kind(
        "{cluster}/nodePools/{name}", "name cluster location", "name", version="1.35.1-gke.100"
    ),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": kind(
        _PROJECT + "/locations/global/workloadIdentityPools/{workloadIdentityPoolId}",
        "workloadIdentityPoolId",
        name="projects/000000000003/locations/global/workloadIdentityPools/{workloadIdentityPoolId}",
    ),
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": kind(
        _PROJECT + "/pools/{workloadIdentityPoolId}/providers/{workloadIdentityPoolProviderId}",
        "workloadIdentityPoolId workloadIdentityPoolProviderId",
        name="projects/000000000003/pools/{workloadIdentityPoolId}/providers/{workloadIdentityPoolProviderId}",
    ),
    "gcp:kms/cryptoKey:CryptoKey": kind("{keyRing}/cryptoKeys/{name}", "name keyRing purpose", "name"),
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": kind(
        "{cryptoKeyId}/{role}/{member}", "cryptoKeyId role member", etag="BwW{serial}"
    ),
    "gcp:kms/keyRing:KeyRing": kind(_PROJECT + "/locations/{location}/keyRings/{name}", "name location", "name"),
    "gcp:projects/iAMMember:IAMMember": kind("{project}/{role}/{member}", "project role member", etag="BwW{serial}"),
    "gcp:projects/service:Service": kind("{project}/{service}", "project service"),
    "gcp:projects/serviceIdentity:ServiceIdentity": kind(
        _PROJECT + "/services/{service}",
        "project service",
        email="service-{serial}@{service}.iam.gserviceaccount.com",
        member="serviceAccount:service-{serial}@{service}.iam.gserviceaccount.com",
    ),
    "gcp:secretmanager/secretIamMember:SecretIamMember": kind(
        _PROJECT + "/secrets/{secretId}/{role}/{member}", "secretId role member project", etag="BwW{serial}"
    ),
    "gcp:serviceaccount/account:Account": kind(
        _PROJECT + "/serviceAccounts/{accountId}@{account}.iam.gserviceaccount.com",
        "accountId project",
        email="{accountId}@{account}.iam.gserviceaccount.com",
        member="serviceAccount:{accountId}@{account}.iam.gserviceaccount.com",
        uniqueId="{serial}",
    ),
}


def _azure(provider: str, name: str, immutable: str = "", **outputs: Any) -> Kind:
    """Return a kind of Azure's, in a group; `name` is the input with its name."""
    place = "/subscriptions/{account}/resourceGroups/{resourceGroupName}/providers/Microsoft." + provider
    return kind(f"{place}/{{{name}}}", f"resourceGroupName {name} {immutable}", name, name=f"{{{name}}}", **outputs)


KINDS |= {
    "azure-native:authorization:ManagementLockByScope": kind(
        "{scope}/providers/Microsoft.Authorization/locks/{lockName}", "scope lockName", "lockName", name="{lockName}"
    ),
    "azure-native:authorization:RoleAssignment": kind(
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        "scope principalId roleDefinitionId roleAssignmentName",
        "roleAssignmentName",
        name="{roleAssignmentName}",
    ),
    "azure-native:containerregistry:Registry": _azure(
        "ContainerRegistry/registries", "registryName", "location", loginServer="{registryName}.azurecr.io"
    ),
    "azure-native:containerregistry:Task": _azure("ContainerRegistry/registries/{registryName}/tasks", "taskName"),
    "azure-native:containerservice:AgentPool": _azure(
        "ContainerService/managedClusters/{resourceName}/agentPools",
        "agentPoolName",
        "resourceName vmSize osDiskSizeGB vnetSubnetID maxPods",
        provisioningState="Succeeded",
    ),
    "azure-native:containerservice:MaintenanceConfiguration": _azure(
        "ContainerService/managedClusters/{resourceName}/maintenanceConfigurations", "configName", "resourceName"
    ),
    "azure-native:containerservice:ManagedCluster": _azure(
        "ContainerService/managedClusters",
        "resourceName",
        "location nodeResourceGroup dnsPrefix",
        fqdn="{address}",
        oidcIssuerProfile={"issuerURL": "https://oidc.aks/{serial}", "enabled": True},
        provisioningState="Succeeded",
    ),
    "azure-native:keyvault:Key": _azure(
        "KeyVault/vaults/{vaultName}/keys",
        "keyName",
        "vaultName properties",
        keyUri="https://{vaultName}.vault.azure.net/keys/{keyName}",
        keyUriWithVersion="https://{vaultName}.vault.azure.net/keys/{keyName}/{serial}",
    ),
    "azure-native:keyvault:Vault": _azure("KeyVault/vaults", "vaultName"),
    "azure-native:managedidentity:FederatedIdentityCredential": _azure(
        "ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials",
        "federatedIdentityCredentialResourceName",
        "resourceName",
    ),
    "azure-native:managedidentity:UserAssignedIdentity": _azure(
        "ManagedIdentity/userAssignedIdentities",
        "resourceName",
        clientId="client-{serial}",
        principalId="principal-{serial}",
        tenantId="00000000-0000-0000-0000-000000000000",
    ),
    "azure-native:monitor:DiagnosticSetting": kind(
        "{resourceUri}/providers/microsoft.insights/diagnosticSettings/{name}", "resourceUri name", "name"
    ),
    "azure-native:network:NatGateway": _azure("Network/natGateways", "natGatewayName"),
    "azure-native:network:PublicIPAddress": _azure("Network/publicIPAddresses", "publicIpAddressName"),
    "azure-native:network:Subnet": _azure(
        "Network/virtualNetworks/{virtualNetworkName}/subnets", "subnetName", "virtualNetworkName"
    ),
    "azure-native:network:VirtualNetwork": _azure("Network/virtualNetworks", "virtualNetworkName"),
    "azure-native:operationalinsights:Workspace": _azure("OperationalInsights/workspaces", "workspaceName"),
    "azure-native:resources:ResourceGroup": kind(
        "/subscriptions/{account}/resourceGroups/{resourceGroupName}",
        "resourceGroupName location",
        "resourceGroupName",
        name="{resourceGroupName}",
    ),
    "azure-native:security:Pricing": kind("/{scopeId}/{pricingName}", "scopeId pricingName", name="{pricingName}"),
}


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """Return a template with its texts filled in."""
    if isinstance(template, str):
        return template.format_map(values)
    if isinstance(template, Mapping):
        return {name: filled(one, values) for name, one in template.items()}
    if isinstance(template, list | tuple):
        return [filled(one, values) for one in template]
    return template


def merged(outputs: Any, inputs: Any) -> Any:
    """Return what a cloud says of a thing, with what it was asked for laid over it, at any depth."""
    if not (isinstance(outputs, Mapping) and isinstance(inputs, Mapping)):
        return inputs
    both = outputs.keys() & inputs.keys()
    return {**outputs, **inputs, **{name: merged(outputs[name], inputs[name]) for name in both}}


def told(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a cloud says of a thing in its own shape: Azure takes identities as a list and gives them as a mapping."""
    identity = found.get("identity")
    if isinstance(identity, Mapping) and isinstance(named := identity.get("userAssignedIdentities"), list):
        return found | {"identity": {**identity, "userAssignedIdentities": {one: {} for one in named}}}
    return found
