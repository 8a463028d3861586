"""Protections: attachments that refer to something, with the parameters that it takes, and forms that can be honoured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from delivery import parameters, protections
from delivery.checks import jobs
from delivery.checks import parameters as definitions
from delivery.problems import Problem, Spot, suggestion
from delivery.shapes.channel import ReleaseChannelConfig
from delivery.shapes.protection import ProtectionAttachmentConfig
from delivery.tree import Tree

Attachments = Iterable[ProtectionAttachmentConfig]


def problems(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the protections of a tree, and with where they are attached."""
    registries = tree.registry_urls
    for protection in tree.protections.values():
        yield from definitions.problems(protection.parameters, registries)
        if protection.task_config:
            yield from jobs.task(protection.task_config, registries)
    channels = {
        (application.name, channel.name): channel
        for application in tree.applications.values()
        for channel in application.release_channels
    }
    for channel in channels.values():
        of_channel = (*channel.protections, *channel.service_instance_protections)
        yield from _once(of_channel)
        yield from _attachments(tree, of_channel, registries, channel)
    for service in tree.services.values():
        for own in service.per_release_channel:
            found = channels.get((service.application, own.release_channel))
            above = (*found.protections, *found.service_instance_protections) if found else ()
            yield from _once((*above, *own.protections))
            yield from _attachments(tree, own.protections, registries, found)


def _once(attachments: Attachments) -> Iterator[Problem]:
    first: dict[str, Spot] = {}
    for one in attachments:
        name = protections.name(one)
        if name in first:
            what = f"the protection {name!r} is attached already, at {first[name]}"
            yield Problem(one.at, what, "give one of the two a `name` of its own, or take it out")
        first.setdefault(name, one.at)


def _stages(attachment: ProtectionAttachmentConfig) -> Iterator[Problem]:
    first: dict[str, Spot] = {}
    for one in attachment.lifecycle:
        stage = protections.stage(one).value
        if stage in first:
            yield Problem(one.at, f"it is asked at `{stage}` already, at {first[stage]}", "take one of the two out")
        first.setdefault(stage, one.at)


def _attachments(
    tree: Tree, attachments: Attachments, registries: Mapping[str, str], channel: ReleaseChannelConfig | None
) -> Iterator[Problem]:
    for one in attachments:
        protection = tree.protections.get(one.ref.name)
        if protection is None:
            what = f"there is no protection {one.ref.name!r}"
            yield Problem(one.ref.spot("name"), what, suggestion(one.ref.name, tree.protections, "protections"))
            continue
        wrong: list[Problem] = []
        parameters.arguments(protection, one.ref, registries, wrong)
        yield from wrong
        yield from _stages(one)
        if not protection.builtin and not (channel and channel.disable_all_protections):
            yield from jobs.attachment(one, protection, channel)
