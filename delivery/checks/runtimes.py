"""`runtime` documents: they speak of clusters that stack files declare, and do not contradict them."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.checks.duplicates import duplicates
from delivery.problems import Problem, nearest
from delivery.shapes.infrastructure import RuntimeSettings
from delivery.shapes.runtime import ClusterConfig
from delivery.tree import Tree

_CLOUDS = ("EKS", "GKE", "AKS")


def problems(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the runtime documents of a tree."""
    declared = {one.name: one for stack in tree.stacks.values() for one in stack.runtimes}
    for document in tree.runtimes.values():
        settings = declared.get(document.name)
        if settings is None:
            what = f"no stack file declares a runtime {document.name!r}, so nothing would come of this"
            # one that has a document is not what this one is about
            near = nearest(document.name, declared.keys() - tree.runtimes.keys())
            fix = f"did you mean {near!r}?" if near else "declare it in the file of its stack, or take this document away"
            yield Problem(document.spot("name"), what, fix)
        elif not _agree(document, settings):
            what = f"the runtime {document.name!r} is of type {settings.type!r} at {settings.spot('type')}"
            yield Problem(document.spot("cloud_provider"), what, "make the two agree, or take `cloudProvider` out")
        yield from duplicates("label", ((one.label, one.spot("label")) for one in document.labels))


def _agree(document: ClusterConfig, settings: RuntimeSettings) -> bool:
    """Return whether a document names the cloud that the stack file does; a linked cluster may be anywhere."""
    said, made = document.cloud_provider, settings.type.upper()
    if said is None or settings.type == "kubeconfig":
        return True
    return said == made if said in _CLOUDS or made in _CLOUDS else True
