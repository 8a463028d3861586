"""Stand before a policy pack: it needs its stack and config before it starts, and the engine sends them after.

A pack reads project, stack and config from its environment when it starts. The engine starts a pack first and sends
them with the call ConfigureStack. So this is what the engine talks to: it starts the pack when ConfigureStack comes,
and passes every other call on.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tools.language_host import plugin
from tools.language_host.children import Children
from tools.language_host.protocol import CHANNEL_OPTIONS, analyzer_pb2, analyzer_pb2_grpc, empty_pb2, grpc, language_pb2

START = 60.0
"""Seconds a pack may take to say its port. Importing a cloud's SDK takes a few; a pack that takes longer hangs."""

LAST_WORDS = 1.0
"""Seconds for an answer that is on its way: that of a pack which did not start says why."""


class Pack:
    """The process of a policy pack. It starts when its stack is known."""

    def __init__(self, python: str, request: Any, env: Mapping[str, str], children: Children) -> None:
        self.said: queue.SimpleQueue[plugin.Said] = queue.SimpleQueue()
        """What the pack prints once it runs; None when it has ended."""
        self.stub: Any = None
        """What calls are passed on to; None before the pack has started."""
        self._python, self._cwd, self._env, self._children = python, request.pwd, dict(env), children
        self._what = ["-m", "pulumi.policy", *request.args, request.info.program_directory]
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self._before: list[bytes] = []

    def start(self, variables: Mapping[str, str]) -> None:
        """Start the pack and wait until it serves. Raises RuntimeError with what it printed where it does not."""
        if self._child is not None:
            return
        self._child = self._children.start(self._python, self._what, self._cwd, self._env | dict(variables), subprocess.PIPE)
        threading.Thread(target=self._listen, args=(self._child,), daemon=True).start()
        self._ready.wait(START)
        if self.stub is None:
            said = b"".join(self._before).decode(errors="replace").strip()
            raise RuntimeError(said or f"it did not say its port within {START:.0f} s")

    def end(self) -> int:
        """End the pack and return its exit code; 0 where it never started."""
        self.said.put(None)
        if self._child is None:
            return 0
        self._children.end(self._child)
        return self._child.returncode

    def _listen(self, child: subprocess.Popen[bytes]) -> None:
        for stream, line in plugin.relayed(child):
            if self.stub is not None:
                self.said.put((stream, line))
            elif stream == "stdout" and line.strip().isdigit():
                channel = grpc.insecure_channel(f"127.0.0.1:{int(line)}", options=CHANNEL_OPTIONS)
                self.stub = analyzer_pb2_grpc.AnalyzerStub(channel)
                self._ready.set()
            else:
                self._before.append(line)
        self._ready.set()
        self.said.put(None)


class Proxy(analyzer_pb2_grpc.AnalyzerServicer):
    """What the engine takes for the policy pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Answer at once: the pack does not run yet, and knows the engine's address anyway."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Start the pack with its stack and config, then let it know its tags as well."""
        variables = {
            "PULUMI_ORGANIZATION": request.organization,
            "PULUMI_PROJECT": request.project,
            "PULUMI_STACK": request.stack,
            "PULUMI_DRY_RUN": str(request.dry_run).lower(),
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
        }
        try:
            self._pack.start(variables)
        except RuntimeError as wrong:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"the policy pack did not start: {wrong}")
        try:
            return self._pack.stub.ConfigureStack(request)
        except grpc.RpcError as wrong:
            if wrong.code() != grpc.StatusCode.UNIMPLEMENTED:
                context.abort(wrong.code(), wrong.details() or "")
            return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Pass on where there is a pack; there is nothing to cancel before."""
        return empty_pb2.Empty() if self._pack.stub is None else self._pass("Cancel", request, context)

    def Analyze(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._pass("Analyze", request, context)

    def AnalyzeStack(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._pass("AnalyzeStack", request, context)

    def Remediate(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._pass("Remediate", request, context)

    def GetAnalyzerInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._pass("GetAnalyzerInfo", request, context)

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._pass("GetPluginInfo", request, context)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._pass("Configure", request, context)

    def _pass(self, call: str, request: Any, context: grpc.ServicerContext) -> Any:
        if self._pack.stub is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{call} came before ConfigureStack")
        try:
            return getattr(self._pack.stub, call)(request)
        except grpc.RpcError as wrong:
            context.abort(wrong.code(), wrong.details() or "")


def run(
    python: str, request: Any, env: Mapping[str, str], context: grpc.ServicerContext, children: Children
) -> Iterator[Any]:
    """Serve a policy pack to the engine until the call ends; yield the port, then what the pack prints."""
    pack = Pack(python, request, env, children)
    server = grpc.server(ThreadPoolExecutor(8), options=CHANNEL_OPTIONS)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Proxy(pack), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def close() -> None:
        pack.end()
        server.stop(LAST_WORDS)

    context.add_callback(close)
    yield language_pb2.RunPluginResponse(stdout=f"{port}\n".encode())
    while one := pack.said.get():
        yield plugin.response(one)
    yield language_pb2.RunPluginResponse(exitcode=pack.end())
