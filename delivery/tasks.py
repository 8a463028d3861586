"""RESOLVE, for protections that run something: the Job of a `taskConfig`, or the manifests of a `kubernetesConfig`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from delivery import canonical, images, layers, objects, parameters, sources
from delivery.instances import ServiceInstance, Task
from delivery.problems import Problem, Refused
from delivery.shapes.kubernetes import KubernetesConfig
from delivery.shapes.protection import ProtectionConfig, ProtectionReference
from delivery.shapes.task import ProgramConfig, ResourceList, ResourceRequirements, RetryConfig, TaskConfig, Volume
from delivery.tree import Tree
from delivery.variables import Variables, fill, variables

_ALWAYS = 2**31 - 1
"""As many attempts as Kubernetes can count: its pauses between them grow to six minutes."""
_NAME, _MARK = 63, 8


def task(
    tree: Tree, instance: ServiceInstance, protection: ProtectionConfig, reference: ProtectionReference, use: Sequence[str]
) -> Task:
    """Return what a protection runs for an instance.

    `use` tells apart what one service uses protections for: the attachment's name and the stage. Raises Refused where a
    template cannot be filled in.
    """
    registries = tree.registry_urls
    values = {**instance.parameters, **parameters.arguments(protection, reference, registries, [])}
    given = variables(instance.channel, instance.runtime, values, instance.constants)
    env = {**instance.env, **{key: layers.value(one, given) for key, one in protection.env.items()}}
    release = tree.releases.get(instance.application)
    released = release.services.get(instance.service) if release else None
    attempt = released.attempt if released else 0
    if protection.task_config:
        made = _job(_name(instance.service, use), protection.task_config, given, registries)
        return Task(values, env, job=made, attempt=attempt)
    config = protection.kubernetes_config or KubernetesConfig()
    return Task(
        values,
        env,
        injects_env=config.env_injection_mode != "ENV_INJECT_DISABLED",
        manifests=sources.select(tree, protection, config, layers.sub_path(config, given)),
        patches=tuple(layers.patches(config, given)),
        attempt=attempt,
    )


def _name(service: str, use: Sequence[str]) -> str:
    """Return the name of a Job: the same at every update, another one for every other use, and short enough for a label."""
    mark = canonical.digest(canonical.text([service, *use])).removeprefix("sha256:")[:_MARK]
    return f"{service}-{use[0]}"[: _NAME - _MARK - 1].rstrip("-") + f"-{mark}"


def _job(name: str, config: TaskConfig, given: Variables, registries: Mapping[str, str]) -> dict[str, Any]:
    program = config.program
    container = {
        "name": program.name or "main",
        "image": _image(program, given, registries),
        "command": _each(program.entrypoint, given, program, "entrypoint"),
        "args": _each(program.cmd, given, program, "cmd"),
        "workingDir": fill(program.working_directory, given, program.spot("working_directory")),
        "env": [objects.variable(key, layers.value(one, given)) for key, one in program.env.items()],
        "resources": _resources(program.resources, given),
        "volumeMounts": [dict(_mount(one, given)) for one in config.volumes],
    }
    pod = {
        "restartPolicy": "Never",
        "serviceAccountName": fill(config.k8s.service_account, given, config.k8s.at) if config.k8s else "",
        "containers": [_some(container)],
        "volumes": [_volume(one, given) for one in config.volumes],
    }
    # a Job that is gone proves nothing, so it is kept unless its author says for how long
    ttl = {} if config.ttl is None else {"ttlSecondsAfterFinished": math.ceil(config.ttl)}
    spec = {**_attempts(config.retry_config), **ttl, "template": {"spec": _some(pod)}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}


def _some(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what there is something to say about."""
    return {name: value for name, value in found.items() if value}


def _attempts(retry: RetryConfig | None) -> dict[str, int]:
    if retry and retry.max_retry_duration:
        return {"backoffLimit": _ALWAYS, "activeDeadlineSeconds": math.ceil(retry.max_retry_duration)}
    return {"backoffLimit": _ALWAYS if retry and retry.retry_forever else 0}


def _image(program: ProgramConfig, given: Variables, registries: Mapping[str, str]) -> str:
    info = program.image_registry_info
    if info is None:
        return fill(program.image, given, program.spot("image"))
    at = program.spot("image_tag")
    tag = fill(program.image_tag, given, at)
    try:
        return images.resolve(tag, registries.get(info.container_registry, ""), info.image_repository).reference
    except ValueError as wrong:
        fix = "write a tag, a digest, or a full reference of that repository"
        raise Refused([Problem(at, f"`imageTag`: {wrong}", fix)]) from None


def _each(texts: Sequence[str], given: Variables, program: ProgramConfig, field: str) -> list[str]:
    return [fill(text, given, program.spot(f"{field}.{at}")) for at, text in enumerate(texts)]


def _resources(found: ResourceRequirements | None, given: Variables) -> dict[str, Any]:
    sides = {"requests": found.requests, "limits": found.limits} if found else {}
    return _some({side: _amounts(one, given) for side, one in sides.items() if one})


def _amounts(found: ResourceList, given: Variables) -> dict[str, str]:
    return _some({name: fill(getattr(found, name), given, found.spot(name)) for name in ("cpu", "memory")})


def _volume(volume: Volume, given: Variables) -> dict[str, Any]:
    name = fill(volume.name, given, volume.spot("name"))
    secret = volume.source.secret if volume.source else None
    if secret:
        return {"name": name, "secret": {"secretName": fill(secret.secret_name, given, secret.at)}}
    ephemeral = volume.source.ephemeral if volume.source else None
    return {"name": name, "emptyDir": {"medium": "Memory"} if ephemeral and ephemeral.medium == "MEMORY" else {}}


def _mount(volume: Volume, given: Variables) -> Iterator[tuple[str, Any]]:
    mount = volume.mount
    assert mount is not None, "the checks refuse a volume without a place"
    yield "name", fill(volume.name, given, volume.spot("name"))
    yield "mountPath", fill(mount.mount_path, given, mount.at)
    if mount.read_only:
        yield "readOnly", True
