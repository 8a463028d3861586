"""What `pulumi about` shows of a program: its Python, and the packages installed there."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tools.language_host.interpreter import OptionError
from tools.language_host.program import of_program
from tools.language_host.protocol import grpc, language_pb2

LIST = """
import importlib.metadata as metadata, json, re
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()
found = {plain(one.name): one for one in metadata.distributions() if one.name}
needed = {plain(re.match(r"[\\w.-]+", line)[0]) for one in found.values() for line in one.requires or []}
print(json.dumps([[one.name, one.version, name in needed] for name, one in sorted(found.items())]))
"""
"""Run in the program's Python. A package that another one needs is marked: it is there on that one's behalf."""


def about(info: Any, context: grpc.ServicerContext) -> Any:
    """Return the path and the version of a program's Python."""
    python, version = _ask(info, "import platform; print(platform.python_version())", context)
    return language_pb2.AboutResponse(executable=python, version=version.strip())


def dependencies(info: Any, transitive: bool, context: grpc.ServicerContext) -> Any:
    """Return the packages installed for a program; without transitive, only those that no other one needs."""
    _, listed = _ask(info, LIST, context)
    found = [
        language_pb2.DependencyInfo(name=name, version=version)
        for name, version, needed in json.loads(listed)
        if transitive or not needed
    ]
    return language_pb2.GetProgramDependenciesResponse(dependencies=found)


def _ask(info: Any, script: str, context: grpc.ServicerContext) -> tuple[str, str]:
    try:
        python = of_program(info).python
        asked = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    except (OptionError, OSError, subprocess.SubprocessError) as wrong:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(wrong))
        raise AssertionError("abort raises") from wrong
    return python, asked.stdout
