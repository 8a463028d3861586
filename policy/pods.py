"""What the containers of a workload are made from, and what they may do."""

from __future__ import annotations

from delivery import objects, pins
from policy.decision import Decision
from policy.found import Found
from policy.rule import Objections, Rule


def unpinned(found: Found, decision: Decision) -> Objections:
    """Object to an image that is not named by its digest, where a gate has judged what it is.

    What runs already is kept, as the program keeps it: nobody has to agree to it again.
    """
    step = decision.steps.get(found.parent_name)
    if step is not None and not step.candidate.instance.is_guarded:
        return  # a channel without gates may follow a tag: `pvn release --keep-tag`
    if step is not None and step.history.effective is not None and _manifests(found) == step.history.effective.manifests:
        return
    for one in pins.loose(found.pod):
        yield f"{one.user} of {found.name} runs {one.image!r}; name it by digest: {one.pinned}"


def _manifests(found: Found) -> str | None:
    return (found.props["metadata"].get("annotations") or {}).get(objects.MANIFESTS)


def greedy(found: Found, _: Decision) -> Objections:
    """Object to a container that does not say how much CPU and memory it needs."""
    for container in found.containers:
        requests = (container.get("resources") or {}).get("requests") or {}
        if missing := [name for name in ("cpu", "memory") if name not in requests]:
            yield f"container {container.get('name')!r} of {found.name} requests no {' and no '.join(missing)}"


def rooted(found: Found, _: Decision) -> Objections:
    """Object to a container that may run as root."""
    pod = found.pod.get("securityContext") or {}
    for container in found.containers:
        own = container.get("securityContext") or {}
        if not own.get("runAsNonRoot", pod.get("runAsNonRoot", False)):
            fix = "set securityContext.runAsNonRoot: true"
            yield f"container {container.get('name')!r} of {found.name} may run as root; {fix}"


def _runs_pods(found: Found) -> bool:
    return found.is_workload


DIGESTS = Rule("digests", "Where there is a gate, images are named by their digest.", _runs_pods, unpinned)
REQUESTS = Rule("requests", "Containers say how much they need.", _runs_pods, greedy, is_advice=True)
NON_ROOT = Rule("non-root", "Containers do not run as root.", _runs_pods, rooted, is_advice=True)
