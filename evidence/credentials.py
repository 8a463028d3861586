"""Ask docker's configuration who we are at a registry: its file, and the helpers that it names.

What comes back never shows itself: not in a repr, not in an error, not in an argument of a program.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery.problems import WorldFailed

_HUB = "index.docker.io"
_HUB_NAMES = frozenset({"docker.io", _HUB, "registry-1.docker.io"})
_HUB_KEY = f"https://{_HUB}/v1/"
"""What docker calls its own registry, wherever a whole address is asked for."""
_HELPER = re.compile(r"[A-Za-z0-9_.-]+\Z")
_PATIENCE = 60.0
"""Seconds for a helper: some ask a cloud, some ask a person."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are at a registry: a name and a password, or a token that stands for both."""

    user: str
    password: str = field(repr=False, default="")
    identity: str = field(repr=False, default="")
    """A refresh token, which the token service turns into one for the registry."""


def find(host: str) -> Credentials | None:
    """Return our credentials for a registry, None where docker has none: then we are anonymous.

    Looked at as docker does: a helper for this very registry, the store for all of them, the file itself. Raises WorldFailed
    where the file cannot be understood, or a helper cannot be run.
    """
    folder = Path(os.environ.get("DOCKER_CONFIG") or "~/.docker").expanduser()
    file = folder / "config.json"
    try:
        config = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        config = None
    if not isinstance(config, dict):
        raise WorldFailed(str(file), "this is no configuration of docker", "log in anew: docker login, or mend the file")
    helper = _of_host(config.get("credHelpers"), host) or config.get("credsStore")
    if helper:
        return _helped(str(helper), host, file)
    entry = _of_host(config.get("auths"), host)
    return _written(entry, file, host) if isinstance(entry, dict) else None


def in_secret(data: str, host: str) -> Credentials | None:
    """Return the credentials for a registry that a Secret for image pulls holds, None where it has none for it.

    `data` is its content in base64: a configuration of docker with nothing in it but who we are where.
    """
    try:
        config = json.loads(base64.b64decode(data, validate=True))
        entry = _of_host(config["auths"], host)
        return _written(entry, Path("the Secret"), host) if isinstance(entry, dict) else None
    except (ValueError, KeyError, TypeError, WorldFailed):
        return None


def _of_host(entries: object, host: str) -> Any:
    """Return the entry of a host, however its address is written there."""
    if not isinstance(entries, dict):
        return None
    return next((value for key, value in entries.items() if _plain(str(key)) == _plain(host)), None)


def _plain(address: str) -> str:
    host = address.split("://", 1)[-1].split("/", 1)[0].lower()
    return _HUB if host in _HUB_NAMES else host


def _written(entry: Mapping[str, Any], file: Path, host: str) -> Credentials | None:
    if entry.get("identitytoken"):
        return Credentials("", identity=str(entry["identitytoken"]))
    if entry.get("username"):
        return Credentials(str(entry["username"]), str(entry.get("password", "")))
    if not entry.get("auth"):
        return None
    try:
        user, colon, password = base64.b64decode(str(entry["auth"]), validate=True).decode().rstrip("\0").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user, colon, password = "", "", ""
    if not colon:
        raise WorldFailed(str(file), f"the entry of {host} makes no sense", f"log in anew: docker login {host}")
    return Credentials(user, password)


def _helped(helper: str, host: str, file: Path) -> Credentials | None:
    """Ask a credential helper. What it prints may be a secret even where it fails, so nothing of it is told."""
    program = f"docker-credential-{helper}"
    if not _HELPER.match(helper):
        raise WorldFailed(str(file), "the name of a credential helper is no name of a program", "mend it, or take it out")
    address = _HUB_KEY if _plain(host) == _HUB else host
    try:
        done = subprocess.run(
            [program, "get"], input=address, capture_output=True, encoding="utf-8", timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as wrong:
        what = f"it cannot be used ({type(wrong).__name__}), and {file} names it for {host}"
        raise WorldFailed(program, what, "install it, or take it out of the file") from None
    if done.returncode:
        if "not found" in done.stdout + done.stderr:
            return None
        what = f"it gives no credentials for {host} (exit code {done.returncode})"
        raise WorldFailed(program, what, f"see what it says: echo {address} | {program} get")
    try:
        said = json.loads(done.stdout)
        user, secret = str(said["Username"]), str(said["Secret"])
    except (ValueError, KeyError, TypeError):
        raise WorldFailed(
            program, "its answer makes no sense", f"see what it says: echo {address} | {program} get"
        ) from None
    return Credentials("", identity=secret) if user == "<token>" else Credentials(user, secret)
