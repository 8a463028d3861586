"""`Pulumi.yaml`, as far as an update of ours depends on it; what else is in it is Pulumi's business."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from delivery import document, stacks
from delivery.document import Node
from delivery.folders import Folder
from delivery.problems import Problem, Refused, Spot, nearest

FILE = "Pulumi.yaml"
_READ = ("name", "runtime", "main", "config")
"""The keys that are looked at here."""
_PROGRAM = "__main__.py"


def look(root: Path) -> tuple[Problem, ...]:
    """Return what is wrong with a project's `Pulumi.yaml`: what would keep an update from beginning."""
    node, problems = _read(root)
    return problems if node is None else tuple(_problems(root, node))


def name(root: Path) -> str | None:
    """Return the name under which Pulumi keeps a project's states; None where its file does not say."""
    node, _ = _read(root)
    found = node.data.get("name") if node and isinstance(node.data, dict) else None
    return found.text if found else None


def _read(root: Path) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the document, and what is wrong with it. Where there is one, that is left to Pulumi, which takes most of it."""
    try:
        return document.read(Folder(root).text(FILE), FILE)
    except Refused as refused:
        return None, refused.problems


def _problems(root: Path, node: Node) -> Iterator[Problem]:
    if not isinstance(node.data, dict):
        yield Problem(_at(node), "a project is a mapping", "write `name: …` and `runtime: python`")
        return
    yield from _text(node, "name", "…")
    runtime = node.data.get("runtime")
    if runtime is not None and isinstance(runtime.data, dict):
        yield from _text(runtime, "name", "python", " of the runtime")
        runtime = runtime.data.get("name")
    else:
        yield from _text(node, "runtime", "python")
    main = node.data.get("main")
    # where programs in other languages begin is not ours to say
    if main is not None and isinstance(main.data, str) and runtime is not None and runtime.data == "python":
        yield from _program(root, main, main.data)
    yield from _config(node.data)


def _text(node: Node, key: str, sample: str, of: str = "") -> Iterator[Problem]:
    """Yield what is wrong with a text that has to be there, with the key that may have been meant for it."""
    assert isinstance(node.data, dict)
    found = node.data.get(key)
    if found is not None and found.data is not None:
        if not isinstance(found.data, str) or not found.data:
            yield Problem(_at(found), f"`{key}`{of} must be text, and not empty", f'write it in quotes: {key}: "{sample}"')
    elif near := nearest(key, (one for one in node.data if one not in _READ)):
        at = Spot(FILE, *(node.keys or {})[near])
        yield Problem(at, f"`{key}`{of} is missing, and there is `{near}`", f"did you mean {key!r}?")
    else:
        yield Problem(_at(node), f"`{key}`{of} is missing", f"add `{key}: {sample}`")


def _program(root: Path, main: Node, named: str) -> Iterator[Problem]:
    """Yield what is wrong with the place of the program: a folder with a program in it, or the program itself."""
    place = root / named
    if place.is_file() or (place / _PROGRAM).is_file():
        return
    fix = f"name the folder that holds the program's {_PROGRAM}"
    if place.is_dir():
        yield Problem(_at(main), f"there is no {_PROGRAM} in {named!r}", fix)
        return
    beside = place.parent.iterdir() if place.parent.is_dir() else ()
    if near := nearest(place.name, (one.name for one in beside)):
        fix = f"did you mean {(Path(named).parent / near).as_posix()!r}?"
    yield Problem(_at(main), f"there is no folder {named!r}, where the program should be", fix)


def _config(project: dict[str, Node]) -> Iterator[Problem]:
    """Yield the keys of ours: an update refuses them here, whatever they are, since no stack's file says the same."""
    config, named = project.get("config"), project.get("name")
    if config is None or not isinstance(config.data, dict):
        return
    for key in config.data:
        # Pulumi takes a key without a colon for one of the project's own
        whole = key if ":" in key or named is None else f"{named.text}:{key}"
        at = Spot(FILE, *(config.keys or {})[key])
        if whole in stacks.fields():
            yield Problem(
                at, f"`{key}` says what a stack consists of", "move it to the files of the stacks: Pulumi.STACK.yaml"
            )
        elif whole.startswith(stacks.PREFIX):
            yield stacks.stranger(key, at)


def _at(node: Node) -> Spot:
    return Spot(FILE, node.line, node.column)
