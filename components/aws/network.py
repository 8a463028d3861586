"""The VPC of a cluster: nodes in private subnets, load balancers in public ones, the API's interfaces in their own."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

import pulumi
from msgspec import Struct
from pulumi_aws import cloudwatch, iam

from components.aws import identities, sdk
from delivery.shapes.aws import AwsAccount, AwsNetwork

ENDPOINTS = ("ec2", "ecr.api", "ecr.dkr", "eks-auth", "logs", "sts")
"""What nodes talk to before and while they run pods."""
_PRIVATE, _PUBLIC, _INTRA = 3, 8, 12
"""Bits that each kind of subnet is longer than its VPC: of a /16, a /19 for nodes and pods, a /24 for load balancers and
a /28 for the API's interfaces."""


class NetworkArgs(Struct, frozen=True, kw_only=True):
    """What a network needs to know."""

    settings: AwsNetwork
    """Its addresses, its zones, its way out."""
    account: AwsAccount
    """Where it is made."""
    log_retention: int
    """Days for which the record of connections is kept."""


class Zone(Struct, frozen=True):
    """The subnets of one availability zone."""

    private: str
    public: str
    intra: str


def carve(cidr: str, zones: Sequence[str]) -> Mapping[str, Zone]:
    """Return the subnets of each zone. They never overlap, and adding a zone at the end moves none.

    The private ones fill the front half of the VPC, up to four; the others lie behind it.
    """
    whole = ipaddress.IPv4Network(cidr)
    private = list(whole.subnets(_PRIVATE))
    public = list(private[4].subnets(_PUBLIC - _PRIVATE))
    intra = list(private[5].subnets(_INTRA - _PRIVATE))
    return {zone: Zone(str(private[i]), str(public[i]), str(intra[i])) for i, zone in enumerate(zones)}


class Network(pulumi.ComponentResource):
    """A VPC across the zones of a region, with a way out and none in."""

    vpc_id: pulumi.Output[str]
    """The VPC."""
    node_subnet_ids: list[pulumi.Output[str]]
    """The private subnets, for nodes and pods, one a zone."""
    api_subnet_ids: list[pulumi.Output[str]]
    """The subnets of the API's interfaces, one a zone: no route leads out of them."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:aws:Network", name, {}, opts)
        self._name, self._args, self._opts = name, args, pulumi.ResourceOptions(parent=self)
        self._vpc = self._make_vpc()
        self.vpc_id = self._vpc.id
        zones = carve(args.settings.cidr, args.settings.zones).items()
        public = {zone: self._subnet("public", zone, of.public, "elb") for zone, of in zones}
        private = {zone: self._subnet("private", zone, of.private, "internal-elb") for zone, of in zones}
        intra = {zone: self._subnet("intra", zone, of.intra) for zone, of in zones}
        tables = self._routes(public, private)
        self._endpoints(tables, private)
        self._flow_log()
        self.node_subnet_ids = [one.id for one in private.values()]
        self.api_subnet_ids = [one.id for one in intra.values()]
        self.register_outputs({"vpc_id": self.vpc_id})

    def _make_vpc(self) -> sdk.Vpc:
        vpc = sdk.Vpc(
            self._name,
            cidr_block=self._args.settings.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": self._name},
            opts=self._opts,
        )
        # what is put into no group on purpose must not talk to anything
        sdk.DefaultSecurityGroup(self._name, vpc_id=vpc.id, ingress=[], egress=[], opts=self._opts)
        return vpc

    def _subnet(self, kind: str, zone: str, cidr: str, role: str | None = None) -> sdk.Subnet:
        name = f"{self._name}-{kind}-{zone}"
        return sdk.Subnet(
            name,
            vpc_id=self._vpc.id,
            cidr_block=cidr,
            availability_zone=f"{self._args.account.region}{zone}",
            map_public_ip_on_launch=False,
            # how the load balancer controller finds the subnets of each kind
            tags={"Name": name} | ({f"kubernetes.io/role/{role}": "1"} if role else {}),
            opts=self._opts,
        )

    def _routes(self, public: Mapping[str, sdk.Subnet], private: Mapping[str, sdk.Subnet]) -> list[sdk.RouteTable]:
        """Route the public subnets to the internet and the private ones through NAT; return the private tables."""
        gateway = sdk.InternetGateway(self._name, vpc_id=self._vpc.id, tags={"Name": self._name}, opts=self._opts)
        table = self._table("public", sdk.RouteTableRouteArgs(cidr_block="0.0.0.0/0", gateway_id=gateway.id))
        for zone, subnet in public.items():
            self._associate(f"public-{zone}", subnet, table)
        zones = self._args.settings.zones
        shared = self._args.settings.nat_gateways == "one"
        gateways = {zone: self._nat(zone, public[zone], gateway) for zone in (zones[:1] if shared else zones)}
        tables = []
        for zone, subnet in private.items():
            way_out = gateways[zones[0] if shared else zone]
            own = self._table(f"private-{zone}", sdk.RouteTableRouteArgs(cidr_block="0.0.0.0/0", nat_gateway_id=way_out.id))
            self._associate(f"private-{zone}", subnet, own)
            tables.append(own)
        return tables

    def _table(self, kind: str, route: sdk.RouteTableRouteArgs) -> sdk.RouteTable:
        name = f"{self._name}-{kind}"
        return sdk.RouteTable(name, vpc_id=self._vpc.id, routes=[route], tags={"Name": name}, opts=self._opts)

    def _associate(self, kind: str, subnet: sdk.Subnet, table: sdk.RouteTable) -> None:
        sdk.RouteTableAssociation(f"{self._name}-{kind}", subnet_id=subnet.id, route_table_id=table.id, opts=self._opts)

    def _nat(self, zone: str, subnet: sdk.Subnet, gateway: sdk.InternetGateway) -> sdk.NatGateway:
        name = f"{self._name}-nat-{zone}"
        address = sdk.Eip(name, domain="vpc", tags={"Name": name}, opts=self._opts)
        opts = pulumi.ResourceOptions(parent=self, depends_on=[gateway])
        return sdk.NatGateway(name, allocation_id=address.id, subnet_id=subnet.id, tags={"Name": name}, opts=opts)

    def _endpoints(self, tables: Sequence[sdk.RouteTable], private: Mapping[str, sdk.Subnet]) -> None:
        """Keep what nodes fetch off the internet: layers of images always, which lie in S3 for free; the rest by wish."""
        region = self._args.account.region
        sdk.VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=self._vpc.id,
            service_name=f"com.amazonaws.{region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[one.id for one in tables],
            opts=self._opts,
        )
        if not self._args.settings.private_endpoints:
            return
        group = self._endpoint_group()
        for service in ENDPOINTS:
            sdk.VpcEndpoint(
                f"{self._name}-{service}",
                vpc_id=self._vpc.id,
                service_name=f"com.amazonaws.{region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=[one.id for one in private.values()],
                security_group_ids=[group.id],
                opts=self._opts,
            )

    def _endpoint_group(self) -> sdk.SecurityGroup:
        https = sdk.SecurityGroupIngressArgs(
            protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_blocks=[self._args.settings.cidr],
            description="HTTPS from inside the VPC",
        )
        return sdk.SecurityGroup(
            f"{self._name}-endpoints",
            vpc_id=self._vpc.id,
            description="Endpoints of AWS services",
            ingress=[https],
            egress=[],
            opts=self._opts,
        )

    def _flow_log(self) -> None:
        """Keep who talked to whom, for the day on which somebody has to know."""
        name = f"{self._name}-flow"
        group = cloudwatch.LogGroup(
            name, name=f"/aws/vpc/{self._name}", retention_in_days=self._args.log_retention, opts=self._opts
        )
        role = identities.role(
            name, identities.trusts("vpc-flow-logs.amazonaws.com"), f"Writes the flow log of {self._name}", self._opts
        )
        statement = group.arn.apply(_may_write)
        policy = iam.RolePolicy(name, name="write", role=role.name, policy=statement, opts=self._opts)
        sdk.FlowLog(
            name,
            vpc_id=self._vpc.id,
            traffic_type="ALL",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )


def _may_write(group: str) -> str:
    actions = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    return identities.document({"Effect": "Allow", "Action": actions, "Resource": [group, f"{group}:*"]})
