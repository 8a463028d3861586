"""The steps of a run, and the way down that is taken whatever becomes of them."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tools.live.commands import Failed
from tools.live.commands import run as do
from tools.live.place import APPLICATION, IMAGE, REPOSITORY, SERVICE, STACKS, Place

PATIENCE = "15m"
"""For a pod to run: nodes may have to come first."""


@dataclass(frozen=True)
class Outcome:
    """What became of one step."""

    claim: str
    is_proven: bool
    fact: str
    seconds: float


def run(place: Place) -> list[Outcome]:
    """Return what became of each step that was reached, the way down included."""
    outcomes: list[Outcome] = []
    steps = [] if any(map(place.has_state, STACKS)) else list(STEPS.items())
    for claim, step in steps:
        outcomes.append(_tried(claim, step, place))
        if not outcomes[-1].is_proven:
            break
    outcomes += [_tried(claim, step, place) for stack, (claim, step) in WAY_DOWN.items() if place.has_state(stack)]
    if not any(map(place.has_state, STACKS)):
        shutil.rmtree(place.scratch)
    return outcomes


def _tried(claim: str, step: Callable[[Place], str], place: Place) -> Outcome:
    print(f"… {claim}", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        fact, is_proven = step(place), True
    except (Failed, OSError, KeyError, ValueError) as wrong:
        fact, is_proven = str(wrong) or type(wrong).__name__, False
    except KeyboardInterrupt:
        fact, is_proven = "interrupted", False
    return Outcome(claim, is_proven, fact, time.monotonic() - began)


# the way up


def _shared(place: Place) -> str:
    _up(place, "shared")
    return f"{_url(place)}"


def _pushed(place: Place) -> str:
    """Copy the image into the registry with the credentials that docker has, and release what came to be there."""
    target = f"{_url(place)}/{REPOSITORY}:{IMAGE.rpartition(':')[2]}"
    do(place, "docker", "buildx", "imagetools", "create", "--tag", target, IMAGE)
    found = json.loads(do(place, "docker", "buildx", "imagetools", "inspect", target, "--format", "{{json .Manifest}}"))
    digest = str(found["digest"])
    do(place, "pvn", "release", APPLICATION, "--service", SERVICE, "--param", f"image={digest}")
    return digest


def _staging(place: Place) -> str:
    _up(place, "staging")
    outputs = json.loads(
        do(place, "pulumi", "stack", "output", "--json", "--show-secrets", *_flags("staging"), is_kept=False)
    )
    place.kubeconfig.touch(mode=0o600)
    place.kubeconfig.write_text(outputs["runtimes"][place.runtime]["kubeconfig"])
    return f"cluster {place.runtime}, reached with its own kubeconfig"


def _pulled(place: Place) -> str:
    """Wait until a pod runs the very image: its nodes have pulled it from the other account's registry."""
    _kubectl(place, "wait", f"deployment/{SERVICE}", "--for=condition=Available", f"--timeout={PATIENCE}")
    pods = json.loads(_kubectl(place, "get", "pods", "--output", "json"))["items"]
    images = {one["image"] for pod in pods for one in pod["spec"]["containers"]}
    if len(images) != 1 or not next(iter(images)).startswith(f"{_url(place)}/{REPOSITORY}@"):
        raise Failed(f"pods run {sorted(images)}")
    return f"{len(pods)} pod runs {images.pop()}"


def _unchanged(place: Place) -> str:
    _up(place, "shared", "--expect-no-changes")
    _up(place, "staging", "--expect-no-changes")
    return "both stacks"


STEPS: dict[str, Callable[[Place], str]] = {
    "the cloud takes the registry as it is asked for": _shared,
    "the registry takes an image": _pushed,
    "the cloud takes the cluster, and lets its deploy identity in": _staging,
    "nodes pull an image from the other account's registry": _pulled,
    "a second update changes nothing": _unchanged,
}


# the way down


def _destroy(stack: str, place: Place) -> str:
    """Destroy a stack, once more with a look at the cloud where that fails, and forget it."""
    destroy = ("pulumi", "destroy", "--yes", "--skip-preview", *_flags(stack))
    try:
        do(place, *destroy)
    except Failed:
        do(place, *destroy, "--refresh")
    do(place, "pulumi", "stack", "rm", "--yes", "--preserve-config", *_flags(stack))
    return "nothing of it is left in the state"


WAY_DOWN = {stack: (f"{stack} goes away again", partial(_destroy, stack)) for stack in reversed(STACKS)}


def _up(place: Place, stack: str, *flags: str) -> None:
    if not place.has_state(stack):
        do(place, "pulumi", "stack", "init", stack, "--non-interactive")
    do(place, "pulumi", "up", "--yes", "--skip-preview", "--suppress-outputs", *_flags(stack), *flags)


def _flags(stack: str) -> Iterator[str]:
    yield from ("--stack", stack, "--non-interactive")


def _url(place: Place) -> str:
    found = json.loads(do(place, "pulumi", "stack", "output", "registries", "--json", *_flags("shared")))
    return str(found[place.registry])


def _kubectl(place: Place, *arguments: str) -> str:
    namespace = f"pvn-{APPLICATION}-rc-staging"
    return do(place, "kubectl", "--kubeconfig", str(place.kubeconfig), "--namespace", namespace, *arguments)
