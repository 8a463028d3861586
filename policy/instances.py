"""The gates, once more: a service instance must be what they let through, or what ran before, object by object."""

from __future__ import annotations

from delivery import differences, objects
from delivery.bundles import Bundle
from delivery.canonical import short
from delivery.records import Record
from policy.decision import Decision
from policy.found import INSTANCE, KUBERNETES, Found, plain
from policy.rule import Objections, Rule

_NAMESPACE = "kubernetes:core/v1:Namespace"


def claim(found: Found) -> Record:
    """Return the release that an instance says it is. What it does not say is empty, and fits nothing."""
    return Record(str(found.props.get("version", "")), str(found.props.get("manifests", "")))


def unproven(found: Found, decision: Decision) -> Objections:
    """Object to an instance that is neither what open gates let through nor the last completed release."""
    claimed, step = claim(found), decision.steps.get(found.name)
    if step is None:
        yield f"the tree has no service instance {found.name} in stack {decision.stack!r}"
        return
    if claimed in decision.allowed[found.name]:
        return
    yield f"{found.name} is to become version {short(claimed.version)} with objects {short(claimed.manifests)}"
    if claimed == Record(step.candidate.version, step.candidate.bundle.digest):
        for answer in step.verdict.shut:
            yield f"{answer.gate}: {answer.fact}\nnext: {answer.next}"
    else:
        yield "that is neither what the tree wants nor the last completed release"


def foreign(found: Found, decision: Decision) -> Objections:
    """Object to a Kubernetes object that is not one of those of its instance, to the last field."""
    if found.type == _NAMESPACE and not found.claim:
        yield from _unplanned(found, decision)
        return
    if found.claim is None:
        yield f"{found.name} stands in no service instance, so no gate lets it through"
        return
    bundle = decision.allowed.get(found.parent_name, {}).get(found.claim)
    if bundle is None:
        yield f"{found.name} stands in {found.parent_name}, whose release no gate lets through"
        return
    yield from _unlike(found, bundle)


def _unplanned(found: Found, decision: Decision) -> Objections:
    name, runtime = found.props["metadata"].get("name"), found.provider
    bundles = (bundle for some in decision.allowed.values() for bundle in some.values())
    if found.name != f"{runtime}/{name}" or not any((one.runtime, one.namespace) == (runtime, name) for one in bundles):
        yield f"no service instance of this stack needs namespace {name!r} on {runtime!r}"


def _unlike(found: Found, bundle: Bundle) -> Objections:
    assert found.claim is not None
    given = plain(found.props)
    key = objects.key(given)
    if found.type != f"{KUBERNETES}{_qualified(key.api_version)}:{key.kind}":
        yield f"{key} is registered as a {found.type}"
    if found.provider != bundle.runtime:
        yield f"{key} goes to {found.provider!r}, and its release is for {bundle.runtime!r}"
    annotations = given["metadata"].get("annotations") or {}
    if Record(annotations.get(objects.VERSION, ""), annotations.get(objects.MANIFESTS, "")) != found.claim:
        yield f"{key} does not carry the version and the manifests digest of its instance"
    wanted = next((one for one in bundle.objects if objects.place(one) == objects.place(given)), None)
    if wanted is None:
        yield f"{key} is not among the objects of {found.parent_name} at version {short(found.claim.version)}"
    elif (difference := next(differences.between(objects.bare(plain(wanted)), objects.bare(given)), None)) is not None:
        yield f"{key} is not as it was rendered: {difference.path or 'all of it'} differs"


def _qualified(api_version: str) -> str:
    return api_version if "/" in api_version else f"core/{api_version}"


GATES = Rule(
    "gates",
    "A service instance is what its open gates let through, or what it was.",
    lambda found: found.type == INSTANCE,
    unproven,
)
OBJECTS = Rule(
    "objects",
    "Every Kubernetes object is one of those that its service instance was judged with.",
    lambda found: found.type.startswith(KUBERNETES),
    foreign,
)
