"""For the reader's tests: text to shapes in one line, and a set of files in which every field is used."""

from pathlib import Path

from delivery import document, stacks, walker
from delivery.document import Node
from delivery.problems import Problem
from delivery.shapes.base import Shape
from delivery.shapes.config import ProdvanaConfig
from delivery.shapes.release import ReleaseFile

EVERYTHING = {path.name: path.read_text() for path in sorted((Path(__file__).parent / "everything").iterdir())}


def judge(node: Node, file: str) -> tuple[Shape | None, tuple[Problem, ...]]:
    """Return what a node of a file, told by its name, is read as."""
    if file.startswith("stack"):
        return stacks.read(node, file)
    if file.startswith("release"):
        return walker.walk(node, ReleaseFile, file)
    return walker.walk(node, ProdvanaConfig, file)


def read(text: str, file: str = "a.pvn.yaml") -> Shape:
    """Return the shape of a text that is right."""
    found, problems = judge(document.load(text, file), file)
    assert not problems, "\n".join(map(str, problems))
    assert found is not None
    return found


def said(text: str, file: str = "a.pvn.yaml") -> str:
    """Return what is said about a text, sorted as people see it."""
    node, problems = document.read(text, file)
    if node is not None:
        problems += judge(node, file)[1]
    return "\n".join(map(str, sorted(set(problems))))
