"""Protections that run something: programs that can be run, attached where a Job can be run for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from delivery import protections
from delivery.checks import parameters
from delivery.checks.duplicates import duplicates
from delivery.instances import Stage
from delivery.problems import Problem
from delivery.shapes.channel import ReleaseChannelConfig
from delivery.shapes.protection import ProtectionAttachmentConfig, ProtectionConfig
from delivery.shapes.task import ProgramConfig, TaskConfig, Volume


def attachment(
    found: ProtectionAttachmentConfig, protection: ProtectionConfig, channel: ReleaseChannelConfig | None
) -> Iterator[Problem]:
    """Yield why a protection that runs something cannot be run where it is attached."""
    name = protections.name(found)
    if channel and any(one is found for one in channel.protections):
        what = f"protection {name!r} runs a Job, and there is none for a channel as a whole"
        yield Problem(found.at, what, "move it to `serviceInstanceProtections`: it runs beside each service")
    if protection.kubernetes_config and len(found.lifecycle) > 1:
        what = f"protection {name!r} would bring its objects more than once, under the same names"
        yield Problem(
            found.lifecycle[1].at, what, "keep one lifecycle, or make it a `taskConfig`, whose Jobs get names of their own"
        )
    for one in found.lifecycle:
        if protections.stage(one) is Stage.PRE_APPROVAL:
            what = f"protection {name!r} runs a Job, and nothing runs before people have said yes"
            fix = "use `postApproval`, or `postDeployment` in the channel before"
            yield Problem(one.at, what, fix)
        elif one.post_deployment and one.post_deployment.delay_check_duration:
            what = f"protection {name!r} runs a Job, which begins when the workloads are ready"
            at = one.post_deployment.spot("delay_check_duration")
            yield Problem(at, what, "take `delayCheckDuration` out, and let the program wait where it has to")


def task(config: TaskConfig, registries: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with the program of a protection."""
    yield from _image(config.program, registries)
    yield from duplicates("volume", ((one.name, one.spot("name")) for one in config.volumes))
    for volume in config.volumes:
        yield from _volume(volume)


def _image(program: ProgramConfig, registries: Collection[str]) -> Iterator[Problem]:
    info, tag = program.image_registry_info, program.image_tag
    if program.image and (info or tag):
        what = "the program has an `image`, and parts of another one beside it"
        yield Problem(program.spot("image"), what, "keep `image`, or `imageRegistryInfo` and `imageTag`")
    elif not program.image and not info:
        fix = "add `image: …`, or `imageRegistryInfo` and `imageTag`"
        yield Problem(program.at, "the program has no image", fix)
    elif info and not tag:
        yield Problem(info.at, "nothing says which image of this repository to run", "add `imageTag: …`")
    if info:
        yield from parameters.registry(info, registries)


def _volume(volume: Volume) -> Iterator[Problem]:
    source, mount = volume.source, volume.mount
    if source is None or (source.secret is None and source.ephemeral is None):
        what = f"nothing says what is in the volume {volume.name!r}"
        yield Problem(volume.at, what, "add `source: {secret: {secretName: …}}` or `source: {ephemeral: {}}`")
    if mount is None or not mount.mount_path:
        what = f"nothing says where the program finds the volume {volume.name!r}"
        yield Problem(volume.at, what, "add `mount: {mountPath: /…}`")
