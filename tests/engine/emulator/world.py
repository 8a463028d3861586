"""Everything that exists in the emulated clouds: a folder, so that tests and any number of plugins see the same."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PLACE = "EMULATED_CLOUDS"
"""The variable that tells plugins and commands where the folder is."""
CALLER = "EMULATED_CALLER"
"""The variable that says who runs the update, as ambient credentials would."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One thing in one account."""

    account: str
    """An AWS account, a Google project or an Azure subscription."""
    type: str
    id: str
    by: str
    """Who made it."""
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    """All that the cloud says of it, inputs included."""
    is_finished: bool = True
    """False while it is still being made, or where nobody saw it through."""


@dataclass(frozen=True)
class World:
    """All accounts of all clouds."""

    folder: Path

    @classmethod
    def here(cls) -> World:
        """Return the world that the environment names."""
        return cls(Path(os.environ[PLACE]))

    @property
    def clusters(self) -> Path:
        """The folder with the real API servers."""
        return self.folder / "clusters"

    @property
    def authorities(self) -> Path:
        """The certificates of all API servers: what a machine knows of the authorities that sign for the clouds."""
        return self.folder / "authorities.pem"

    # who may act as whom

    def allow(self, caller: str, *identities: str) -> None:
        """Let a caller act as these roles, service accounts or in these subscriptions, and as nothing else."""
        self._write(self.folder / "callers" / f"{_plain(caller)}.json", list(identities))

    def allows(self, caller: str, identity: str) -> bool:
        """Return whether a caller may act as an identity."""
        return identity in self.identities(caller)

    def identities(self, caller: str) -> list[str]:
        """Return whom a caller may act as."""
        file = self.folder / "callers" / f"{_plain(caller)}.json"
        return list(json.loads(file.read_text())) if file.exists() else []

    # what exists

    def put(self, resource: Resource) -> None:
        """Let something exist, or be otherwise than before."""
        self._write(self._file(resource.type, resource.account, resource.id), asdict(resource))

    def find(self, kind: str, account: str, name: str) -> Resource | None:
        """Return the thing of that type and id in an account."""
        file = self._file(kind, account, name)
        return Resource(**json.loads(file.read_text())) if file.exists() else None

    def remove(self, resource: Resource) -> None:
        """Let something no longer exist."""
        self._file(resource.type, resource.account, resource.id).unlink(missing_ok=True)

    def resources(self, account: str = "", kind: str = "") -> list[Resource]:
        """Return what exists, in order of account, type and id; only one account's or type's where they are named."""
        files = sorted((self.folder / "resources").glob(f"{account or '*'}/{_plain(kind) or '*'}/*.json"))
        found = (json.loads(text) for one in files if (text := _text(one)))
        return sorted((Resource(**one) for one in found), key=lambda one: (one.account, one.type, one.id))

    # what lies in the clouds' stores of secrets

    def keep(self, account: str, name: str, value: str) -> None:
        """Put a secret into an account's store, as its owner would: no program of ours does."""
        self._write(self._secret(account, name), value)

    def kept(self, account: str, name: str) -> str:
        """Return the value of a secret, whoever asks. Raises OSError where there is none."""
        return str(json.loads(self._secret(account, name).read_text()))

    def forget(self, account: str) -> None:
        """Empty an account's store."""
        shutil.rmtree(self.folder / "secrets" / account, ignore_errors=True)

    # what shall go wrong

    def fail(self, kind: str, operation: str, message: str, *, half: bool = False, of: str = "") -> None:
        """Let the next such operation fail with the cloud's words; half: only after the thing was made.

        `of` is a part of the id of the thing that it shall happen to; empty for whichever comes first.
        """
        fault = {"message": message, "half": half, "of": of}
        self._write(self.folder / "faults" / f"{_plain(kind)}.{operation}.{time.monotonic_ns()}.json", fault)

    def fault(self, kind: str, operation: str, name: str) -> Mapping[str, Any] | None:
        """Return what shall go wrong with an operation now; each fault happens once."""
        for file in sorted((self.folder / "faults").glob(f"{_plain(kind)}.{operation}.*.json")):
            found: Mapping[str, Any] = json.loads(_text(file) or "{}")
            if found and found["of"] in name:
                file.unlink(missing_ok=True)
                return found
        return None

    def slow(self, kind: str, seconds: float) -> None:
        """Let the making of a type take its time, as clouds do."""
        self._write(self.folder / "slow" / f"{_plain(kind)}.json", seconds)

    def seconds(self, kind: str) -> float:
        """Return how long the making of a type takes."""
        file = self.folder / "slow" / f"{_plain(kind)}.json"
        return float(json.loads(file.read_text())) if file.exists() else 0.0

    def _file(self, kind: str, account: str, name: str) -> Path:
        hashed = hashlib.sha256(name.encode()).hexdigest()[:24]
        return self.folder / "resources" / account / _plain(kind) / f"{hashed}.json"

    def _secret(self, account: str, name: str) -> Path:
        return self.folder / "secrets" / account / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.json"

    def _write(self, file: Path, content: Any) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, suffix=".new") as fresh:
            json.dump(content, fresh)
        Path(fresh.name).replace(file)


def _plain(name: str) -> str:
    return name.replace("/", ".").replace(":", "_")


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:  # removed meanwhile
        return ""
