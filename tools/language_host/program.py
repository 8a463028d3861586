"""Run: one program, with its stack, its config and its secrets."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

from tools.language_host.children import Children
from tools.language_host.engine import Engine
from tools.language_host.interpreter import Interpreter, OptionError, choose
from tools.language_host.protocol import grpc, json_format, language_pb2

RUNNER = Path(__file__).with_name("runner.py")
TOLD = 32
"""The runner's exit code for: a person has been told already."""


def run(request: Any, context: grpc.ServicerContext, engine: Engine, children: Children) -> Any:
    """Run the program of a request to its end, and return the engine's RunResponse."""
    try:
        interpreter = of_program(request.info)
    except OptionError as wrong:
        engine.error(str(wrong))
        return language_pb2.RunResponse(bail=True)
    what = [str(RUNNER), json.dumps(_order(request, engine))]
    child = children.start(interpreter.python, what, request.pwd, _environment(request, interpreter))
    # fires at the end of every call; ending a child that has ended does nothing
    if not context.add_callback(lambda: children.end(child, signal.SIGINT)):
        children.end(child, signal.SIGINT)
    code = children.wait(child)
    if code in (0, TOLD):
        return language_pb2.RunResponse(bail=code == TOLD)
    return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}")


def of_program(info: Any, otherwise: str = "") -> Interpreter:
    """Return the Python that the options of a ProgramInfo ask for, see choose. Raises OptionError."""
    options = json_format.MessageToDict(info.options)
    return choose(options, Path(info.root_directory), Path(info.program_directory), otherwise)


def _order(request: Any, engine: Engine) -> dict[str, Any]:
    return {
        "program": os.path.normpath(Path(request.info.program_directory, request.info.entry_point)),
        "pwd": request.pwd,
        "args": list(request.args),
        "settings": {
            "monitor": request.monitor_address,
            "engine": engine.address,
            "project": request.project,
            "stack": request.stack,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "organization": request.organization,
            "root_directory": request.info.root_directory,
        },
    }


def _environment(request: Any, interpreter: Interpreter) -> dict[str, str]:
    return interpreter.environment(os.environ) | {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }
