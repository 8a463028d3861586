"""The image that a new service runs: as somebody typed it, by its digest, and in a registry that the stacks declare."""

from __future__ import annotations

import re
from collections.abc import Mapping

import click
from msgspec import Struct

from delivery.problems import Problem, Refused, Spot, WorldFailed
from delivery.shapes.stack import Stack
from delivery.structs import replace
from pvn import pinning


class Image(Struct, frozen=True):
    """An image reference, taken apart."""

    host: str
    path: str
    value: str
    """Its tag or its digest."""

    @property
    def address(self) -> str:
        """Its registry and its repository."""
        return f"{self.host}/{self.path}"


def parse(text: str) -> Image:
    """Return the image that a text names. Raises Refused where it leaves its registry, or its tag and its digest, open."""
    name, _, digest = text.partition("@")
    head, colon, tail = name.rpartition(":")
    base, tag = (head, tail) if colon and "/" not in tail else (name, "")
    host, _, path = base.partition("/")
    here = Spot("--image")
    if not path or not re.search(r"[.:]|^localhost$", host):
        what = f"{text!r} does not say which registry the image is in"
        raise Refused([Problem(here, what, f"write it whole, such as docker.io/{base or 'acme/web'}:1.4.2")])
    if not (digest or tag):
        what = f"{text!r} says neither which tag nor which digest of the image"
        raise Refused([Problem(here, what, f"write {base}@sha256:…, or a tag such as {base}:1.4.2")])
    return Image(host, path, digest or tag)


def pinned(image: Image, *, is_guarded: bool) -> Image:
    """Return an image by its digest. A tag stays only where its registry does not answer and no gate depends on it."""
    if image.value.startswith("sha256:"):
        return image
    try:
        digest = pinning.digest("--image", image.address, image.value)
    except WorldFailed as failed:
        if is_guarded:
            raise
        click.echo(
            f"{failed}\nthe release says the tag {image.value!r} until then: it may name another image tomorrow", err=True
        )
        return image
    return replace(image, value=digest)


def registry(stacks: Mapping[str, Stack], image: Image) -> tuple[str, str]:
    """Return the name of the registry that has an image, and the image's repository in it."""
    whole = image.address
    declared = {one.url: one.name for stack in stacks.values() for one in stack.registries}
    for url in sorted(declared, key=len, reverse=True):
        if whole.startswith(f"{url}/"):
            return declared[url], whole.removeprefix(f"{url}/")
    if stacks:
        name = re.sub(r"[^a-z0-9]+", "-", image.host.lower()).strip("-")
        what = f"no stack file declares the registry of {whole}"
        fix = f"add {{name: {name}, type: external, url: {image.host}}} to pvn:registries of each"
        raise Refused([Problem(Spot("Pulumi.*.yaml"), what, fix)])
    return re.sub(r"[^a-z0-9]+", "-", f"registry-{image.host.lower()}").strip("-"), image.path
