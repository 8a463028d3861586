"""Which account a provider's settings lead to, in the way of each cloud, or its words where they lead nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.engine.emulator.world import World


class Refused(Exception):
    """A cloud said no; the text is what it said."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is in a cloud, and where."""

    account: str
    region: str
    who: str
    """A role, a service account or a client."""


def of(package: str, settings: Mapping[str, Any], world: World, caller: str) -> Identity:
    """Return who a provider is with these settings. Raises Refused."""
    return {"aws": _aws, "gcp": _gcp, "azure-native": _azure}[package](settings, world, caller)


def _aws(settings: Mapping[str, Any], world: World, caller: str) -> Identity:
    roles = _read(settings.get("assumeRoles")) or []
    who = roles[-1]["roleArn"] if roles else caller
    if not world.allows(caller, who):
        raise Refused(
            f"Cannot assume IAM Role. operation error STS: AssumeRole, https response error StatusCode: 403, api error "
            f"AccessDenied: User: {caller} is not authorized to perform: sts:AssumeRole on resource: {who}"
        )
    account = who.split(":")[4]
    allowed = _read(settings.get("allowedAccountIds"))
    if allowed and account not in allowed:
        raise Refused(f"AWS account ID not allowed: {account}")
    return Identity(account=account, region=str(settings.get("region")), who=who)


def _gcp(settings: Mapping[str, Any], world: World, caller: str) -> Identity:
    who, project = str(settings.get("impersonateServiceAccount") or caller), str(settings.get("project"))
    if not world.allows(caller, who):
        raise Refused(
            f"googleapi: Error 403: Permission 'iam.serviceAccounts.getAccessToken' denied on resource {who}, forbidden"
        )
    if who.partition("@")[2] != f"{project}.iam.gserviceaccount.com":
        raise Refused(f"googleapi: Error 403: Permission denied on resource project {project}., forbidden")
    return Identity(account=project, region=str(settings.get("region")), who=who)


def _azure(settings: Mapping[str, Any], world: World, caller: str) -> Identity:
    subscription, who = str(settings.get("subscriptionId")), str(_read(settings.get("clientId")) or caller)
    if not world.allows(caller, who) or not world.allows(who, subscription):
        raise Refused(
            f'Status=404 Code="SubscriptionNotFound" Message="The subscription \'{subscription}\' could not be found."'
        )
    return Identity(account=subscription, region=str(settings.get("location")), who=who)


TENANT = "00000000-0000-0000-0000-000000000000"
"""The only tenant of Azure's."""
NUMBER = "000000000001"
"""What Google calls every project beside its id."""


def principal(client: str) -> str:
    """Return the other id of an identity: Azure signs in by one and grants rights to the other."""
    return client[:-4] + "d" + client[-3:]


def _read(setting: Any) -> Any:
    """Return a provider's setting: secrets come in an envelope, and what is no plain text comes as JSON."""
    if isinstance(setting, Mapping):
        setting = setting["value"]
    return json.loads(setting) if isinstance(setting, str) and setting[:1] in "[{" else setting
