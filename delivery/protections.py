"""RESOLVE, for protections: what is attached to an instance, by name and stage, with nothing left to look up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from delivery import repositories, sources, tasks, windows
from delivery.instances import (
    AllowedTimes,
    AlwaysFailing,
    AlwaysPassing,
    Check,
    CommitDenylist,
    Commits,
    Does,
    ServiceInstance,
    Stage,
)
from delivery.shapes.application import ApplicationConfig
from delivery.shapes.channel import ReleaseChannelConfig
from delivery.shapes.protection import BuiltinProtectionConfig, ProtectionAttachmentConfig, ProtectionLifecycle
from delivery.shapes.protection import CommitDenylist as Denylist
from delivery.shapes.release import Release
from delivery.shapes.service import PerReleaseChannelConfig, ServiceConfig
from delivery.shapes.values import COMMIT
from delivery.tree import Tree
from delivery.unknown import Unknown


def attached(channel: ReleaseChannelConfig, own: PerReleaseChannelConfig | None) -> tuple[ProtectionAttachmentConfig, ...]:
    """Return what is attached to a service in a channel: to the channel, to each of its services, to the service itself."""
    if channel.disable_all_protections:
        return ()
    return (*channel.protections, *channel.service_instance_protections, *(own.protections if own else ()))


def checks(
    tree: Tree, channel: ReleaseChannelConfig, own: PerReleaseChannelConfig | None, instance: ServiceInstance
) -> Iterator[Check]:
    """Yield the checks of an instance of a checked tree, which has none yet: one for each attachment and lifecycle.

    Raises Refused where a template of a protection cannot be filled in.
    """
    release = tree.releases.get(instance.application)
    for attachment in attached(channel, own):
        protection = tree.protections[attachment.ref.name]
        for lifecycle in attachment.lifecycle:
            called, when = name(attachment), stage(lifecycle)
            does: Does
            if protection.builtin:
                does = _builtin(protection.builtin, release)
            else:
                does = tasks.task(tree, instance, protection, attachment.ref, (called, when.value))
            yield Check(called, when, does, attachment.at, _bake(lifecycle))


def definition(tree: Tree, application: ApplicationConfig, service: ServiceConfig) -> dict[str, Any]:
    """Return all that the protections of a service are made of, by channel: a version covers what it is checked by."""
    found: dict[str, Any] = {}
    for channel in application.release_channels:
        own = next((one for one in service.per_release_channel if one.release_channel == channel.name), None)
        if attachments := attached(channel, own):
            found[channel.name] = [_said(tree, one) for one in attachments]
    return found


def _said(tree: Tree, attachment: ProtectionAttachmentConfig) -> list[Any]:
    protection = tree.protections[attachment.ref.name]
    texts = [file.text for file in sources.all_of(tree, protection)]
    # where manifests lie is not what they say
    made = protection.model_dump(mode="json", exclude_defaults=True, exclude={"kubernetes_config": {"local"}})
    return [attachment.model_dump(mode="json", exclude_defaults=True), made, texts]


def name(attachment: ProtectionAttachmentConfig) -> str:
    """Return what an attachment is called: its own name, else that of its protection."""
    return attachment.name or attachment.ref.name


def stage(lifecycle: ProtectionLifecycle) -> Stage:
    """Return when a lifecycle asks."""
    if lifecycle.pre_approval:
        return Stage.PRE_APPROVAL
    if lifecycle.post_approval:
        return Stage.POST_APPROVAL
    return Stage.DEPLOYMENT if lifecycle.deployment else Stage.POST_DEPLOYMENT


def _bake(lifecycle: ProtectionLifecycle) -> float:
    after = lifecycle.post_deployment
    return (after.delay_check_duration or 0.0) + after.check_duration if after else 0.0


def _builtin(
    builtin: BuiltinProtectionConfig, release: Release | None
) -> AllowedTimes | CommitDenylist | AlwaysPassing | AlwaysFailing:
    if builtin.allowed_times:
        return AllowedTimes(tuple(windows.window(one.days, one.hours, one.tz) for one in builtin.allowed_times.windows))
    if builtin.commit_denylist:
        return _denylist(builtin.commit_denylist, release)
    return AlwaysFailing(builtin.always_failing.message) if builtin.always_failing else AlwaysPassing()


def _denylist(denylist: Denylist, release: Release | None) -> CommitDenylist:
    ranges = [(one, one.range) for one in denylist.commits]
    denied = (Commits(r.end_commit, r.start_commit) if r else Commits(one.commit or "") for one, r in ranges)
    return CommitDenylist(denylist.repository, tuple(denied), _released(denylist.repository, release))


def _released(repository: str, release: Release | None) -> str | Unknown | None:
    """Return the commit of a repository that a release was built from, None where it is from another repository."""
    source = release.source if release else None
    if source and not repositories.are_same(source.repository, repository):
        return None
    if source and COMMIT.fullmatch(source.commit):
        return source.commit.lower()
    application = release.application if release else "…"
    why = f"the release does not say from which commit of {repository} it was built"
    if source and source.commit:
        why = f"the release says that it was built from {source.commit!r} of {repository}, which is no commit's name"
    return Unknown(why, f"pvn release {application} --source-repository {repository} --source-commit $(git rev-parse HEAD)")
