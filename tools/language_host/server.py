"""Answer the engine: the service LanguageRuntime."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tools.language_host import plugin, program
from tools.language_host.children import Children
from tools.language_host.engine import Engine
from tools.language_host.interpreter import OptionError
from tools.language_host.protocol import CHANNEL_OPTIONS, empty_pb2, grpc, language_pb2, language_pb2_grpc, plugin_pb2

THREADS = 64
"""A program, and each provider and policy pack of a run, holds a thread for as long as it lives."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """What the engine may ask. Whatever is not here is optional in its protocol, and answered with Unimplemented."""

    def __init__(self, engine: Engine | None, children: Children) -> None:
        self._engine = engine
        self._children = children

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Learn the engine's address: only in attach mode, where the host was running before the engine."""
        self._engine = Engine(request.engine_address)
        return language_pb2.LanguageHandshakeResponse()

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Run a program to its end."""
        return program.run(request, context, self._known(context), self._children)

    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """Run a provider or a policy pack to its end."""
        try:
            # the Python on PATH seldom has the SDK, and what comes with a project is made for the project's own
            interpreter = program.of_program(request.info, otherwise=sys.executable)
        except OptionError as wrong:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(wrong))
        env = plugin.environment(request, interpreter.environment(os.environ))
        if request.kind == "analyzer":
            from tools.language_host import analyzer

            yield from analyzer.run(interpreter.python, request, env, context, self._children)
        else:
            yield from plugin.run(interpreter.python, request, env, context, self._children)

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Ask for no plugin: they are on PATH already, and nothing is downloaded behind a person's back."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Name the version of the protocol that is spoken: the SDK's."""
        return plugin_pb2.PluginInfo()

    def About(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Describe the program's Python."""
        from tools.language_host import description

        return description.about(request.info, context)

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        """List the packages installed for a program."""
        from tools.language_host import description

        return description.dependencies(request.info, request.transitiveDependencies, context)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Do nothing: a cancelled run ends with its call."""
        return empty_pb2.Empty()

    def _known(self, context: grpc.ServicerContext) -> Engine:
        if self._engine is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the engine has not said its address (Handshake)")
            raise AssertionError("abort raises")
        return self._engine


def main(arguments: Sequence[str]) -> None:
    """Serve until told to stop, or until the engine is gone. The last argument is the engine's address.

    Without one the host waits to be attached to (PULUMI_DEBUG_LANGUAGES=python:<port>).
    """
    # a signal may be handled in any thread, and Python would not wake the main one from waiting on a lock: a pipe does
    stopped, stop = os.pipe()
    os.set_blocking(stop, False)
    signal.set_wakeup_fd(stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    children = Children()
    engine = Engine(arguments[-1]) if arguments else None
    server = grpc.server(ThreadPoolExecutor(THREADS), options=CHANNEL_OPTIONS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(engine, children), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    if engine:
        engine.when_gone(lambda: os.write(stop, b"\0"))
    os.read(stopped, 1)
    children.end_all()
    sys.stdout.flush()
    os._exit(0)  # calls may still be open; their processes have ended, and nobody waits for their answers
