"""The gate of images: what people sign and another channel has proven is one image, and not whatever a tag names by then."""

from __future__ import annotations

from collections.abc import Iterator

from delivery import objects, pins
from delivery.gates.verdict import Answer, State
from delivery.gotemplate import Image
from delivery.instances import ServiceInstance
from delivery.manifests import environment
from delivery.pins import Loose
from delivery.versions import Candidate

PINNED = "pinned"


def pinned(candidate: Candidate) -> Iterator[Answer]:
    """Yield what keeps a guarded instance from moving: each image that its objects do not name by digest.

    A tag in staging's pods and the same tag in production's may be two images, so no proof and no signature holds for it.
    Nothing is yielded where every image is pinned, or where nothing has to be proven.
    """
    instance = candidate.instance
    if not instance.is_guarded:
        return
    for found in candidate.bundle.objects:
        for one in pins.loose(environment.pod_spec(found)):
            what = f"{one.user} of {objects.key(found)} runs {one.image!r}, which may be another image tomorrow"
            yield Answer(PINNED, State.WAITING, what, _next(instance, one))


def _next(instance: ServiceInstance, loose: Loose) -> str:
    """Return what pins an image: a release where it is the value of a parameter, the manifest where it stands there."""
    for name, value in instance.parameters.items():
        if isinstance(value, Image) and value.reference == loose.image:
            return f"pvn release {instance.application} --service {instance.service} --param {name}={value.tag}"
    return f"write its digest into the manifest: {loose.pinned}"
