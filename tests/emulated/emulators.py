"""The emulators as processes on the loopback. Each forgets everything when it ends."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from tests.emulated.accounts import Caller

PATIENCE = 120.0
"""Seconds until an emulator answers. It takes two; a busy machine takes longer."""


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A program that answers as AWS does."""

    root: Callable[[str], Caller]
    """Who may do everything in an account, for what people do before the first update."""
    unknown: frozenset[str] = frozenset()
    """Types of the program's resources that it does not know."""
    unjudged: frozenset[str] = frozenset()
    """Types for which it cannot tell what a call is about, and so refuses whoever may not do it to everything."""


@contextmanager
def moto(python: Path, folder: Path) -> Iterator[Emulator]:
    """Run moto, which looks hard at documents and knows AWS's own policies, until the end of a with block.

    It lets anybody do anything, in the account that they took on a role of.
    """
    port = _free_port()
    command = ["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _running([str(python), *command], {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}, folder, port, "/moto-api/") as url:
        anybody = Caller(url=url, key="anybody", secret="anything")
        yield Emulator(
            root=lambda account: anybody.become(f"arn:aws:iam::{account}:role/everything"),
            unknown=frozenset(
                {
                    "aws:eks/accessEntry:AccessEntry",
                    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
                    "aws:eks/addon:Addon",
                    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
                }
            ),
        )


@contextmanager
def ministack(python: Path, folder: Path) -> Iterator[Emulator]:
    """Run ministack, which checks signatures and decides who may do what, until the end of a with block."""
    port = _free_port()
    settings = {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",  # or it serves MQTT to the whole network
        "TMPDIR": str(folder),
    }
    with _running([str(python), "-m", "ministack"], settings, folder, port, "/_ministack/health") as url:
        yield Emulator(
            root=lambda account: Caller(url=url, key=account, secret="anything"),
            unknown=frozenset({"aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"}),
            unjudged=frozenset({"aws:iam/openIdConnectProvider:OpenIdConnectProvider"}),
        )


@contextmanager
def _running(
    command: Sequence[str], settings: Mapping[str, str], folder: Path, port: int, sign_of_life: str
) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    # nothing of the person who runs the tests: not their keys, not their settings of an emulator
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **settings}
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            _wait(process, port, sign_of_life, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, sign_of_life: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", sign_of_life)
                if connection.getresponse().status == HTTPStatus.OK:
                    return
            except OSError:
                pass  # not yet
        time.sleep(0.1)
    raise AssertionError(f"it does not answer on port {port}: {log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
