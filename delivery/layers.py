"""What a service says, laid over what its channel says: the later layer wins. docs/precedence.md has the tables."""

from __future__ import annotations

from collections.abc import Iterator

from delivery import sources
from delivery.instances import Patch, SecretKeyRef
from delivery.shapes.channel import ReleaseChannelConfig
from delivery.shapes.kubernetes import KubernetesConfig
from delivery.shapes.parameters import EnvValue
from delivery.shapes.service import PerReleaseChannelConfig, ServiceConfig
from delivery.variables import Variables, fill

Own = PerReleaseChannelConfig | None
"""The service's entry for the channel, where it has one."""


def constants(channel: ReleaseChannelConfig, service: ServiceConfig, own: Own) -> dict[str, str]:
    """Return the constants of a service in a channel."""
    layers = (service.constants, own.constants if own else ())
    return constants_of(channel) | {one.name: one.string.value for layer in layers for one in layer}


def constants_of(channel: ReleaseChannelConfig) -> dict[str, str]:
    """Return the constants that a channel gives to all its services."""
    return {one.name: one.string.value for one in channel.constants}


def env(channel: ReleaseChannelConfig, service: ServiceConfig, own: Own, given: Variables) -> dict[str, str | SecretKeyRef]:
    """Return the environment of a service in a channel, its templates filled in. Raises Refused."""
    layers = (channel.policy.default_env if channel.policy else {}, service.env, own.env if own else {})
    return {name: value(one, given) for layer in layers for name, one in layer.items()}


def value(found: EnvValue, given: Variables) -> str | SecretKeyRef:
    """Return the value of an environment variable, its templates filled in. Raises Refused."""
    if secret := found.kubernetes_secret:
        return SecretKeyRef(fill(secret.secret_name, given, secret.at), fill(secret.key, given, secret.at))
    return fill(found.value or "", given, found.spot("value"))


def kubernetes_config(service: ServiceConfig, own: Own) -> KubernetesConfig:
    """Return the channel's Kubernetes config over the service's, field by field."""
    config = sources.merged(service.kubernetes_config, own.kubernetes_config if own else None)
    assert config is not None, "the checks refuse a service without manifests"
    return config


def sub_path(config: KubernetesConfig, given: Variables) -> str | None:
    """Return the place below the config's path that the channel picks, its template filled in. Raises Refused."""
    if not config.local or not config.local.sub_path:
        return None
    return fill(config.local.sub_path, given, config.local.spot("sub_path"))


def patches(config: KubernetesConfig, given: Variables) -> Iterator[Patch]:
    """Yield the replacements to make in rendered objects, their templates filled in. Raises Refused."""
    for one in config.patches:
        replace, at = one.replace, one.at
        value = int(replace.int_as_string or "0") if replace.string is None else fill(replace.string, given, at)
        parts = one.target.model_dump() if one.target else {}
        filled = {name: fill(part, given, at) for name, part in parts.items()}
        yield Patch(at, fill(replace.path, given, at), value, **filled)
