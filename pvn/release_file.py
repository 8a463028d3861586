"""The file `releases/<application>.yaml`: new values in it, and everything that people wrote there as it was."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from delivery.problems import WorldFailed
from pvn import spelling

if TYPE_CHECKING:
    from ruamel.yaml import YAML


def read(path: Path) -> str | None:
    """Return the text of a release's file, None where there is none."""
    return path.read_text("utf-8-sig") if path.exists() else None


def edited(
    before: str | None,
    application: str,
    service: str,
    values: Mapping[str, str | int],
    channel: str | None = None,
    source: Mapping[str, str] = MappingProxyType({}),
    *,
    is_again: bool = False,
) -> str:
    """Return the text of `before`, None where there is no file yet, with new values in it and everything else as it was.

    `channel` is the one that the values are for, None for all of them; `source` says who made them. `is_again` counts up the
    attempts: the same values become another version.
    """
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    yaml, document = _load(before, application)
    release = document["release"]
    target = _below(_below(release, "services"), _spelled(service))
    if is_again:
        target["attempt"] = target.get("attempt", 0) + 1
    if channel:
        target = _of_channel(target, channel)
    parameters = _below(target, "parameters")
    for name, value in values.items():
        if parameters.get(name) != value:
            parameters[name] = DoubleQuotedScalarString(value) if isinstance(value, str) else value
    if source:
        release["source"] = dict(source)
    return _text(yaml, document)


def pinned(before: str | None, application: str, channel: str, pins: Mapping[str, Mapping[str, str]], reason: str) -> str:
    """Return the text with a rollback of each service in `pins` to that version and those manifests."""
    yaml, document = _load(before, application)
    release = document["release"]
    kept = [one for one in release.get("rollbacks") or [] if not _is_of(one, channel, pins)]
    why = {"reason": reason} if reason else {}
    release["rollbacks"] = [
        *kept,
        *({"service": _spelled(name), "releaseChannel": _spelled(channel), **pin, **why} for name, pin in pins.items()),
    ]
    return _text(yaml, document)


def lifted(before: str | None, channel: str, services: Collection[str]) -> str:
    """Return the text without the rollbacks of these services in a channel."""
    yaml, document = _load(before, "")
    release = document["release"]
    kept = [one for one in release.get("rollbacks") or [] if not _is_of(one, channel, services)]
    if kept:
        release["rollbacks"] = kept
    else:
        release.pop("rollbacks", None)
    return _text(yaml, document)


def _is_of(entry: Mapping[str, str], channel: str, services: Collection[str]) -> bool:
    return entry.get("releaseChannel", entry.get("release_channel")) == channel and entry["service"] in services


def _load(before: str | None, application: str) -> tuple[YAML, Any]:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096
    yaml.preserve_quotes = True
    return yaml, yaml.load(before) if before else {"release": {"application": _spelled(application)}}


def _spelled(name: str) -> str:
    """Return a name that stays text: ruamel writes YAML 1.2, where fewer words mean something else."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    return name if spelling.is_plain(name) else DoubleQuotedScalarString(name)


def _below(block: Any, name: str) -> Any:
    """Return the mapping of that name, made where it is not there or has no value."""
    if block.get(name) is None:
        block[name] = {}
    return block[name]


def _of_channel(target: Any, channel: str) -> Any:
    spelling = "per_release_channel" if "per_release_channel" in target else "perReleaseChannel"
    name = "release_channel" if spelling == "per_release_channel" else "releaseChannel"
    if target.get(spelling) is None:
        target[spelling] = []
    entries = target[spelling]
    found = next((one for one in entries if channel in (one.get("releaseChannel"), one.get("release_channel"))), None)
    if found is None:
        found = {name: _spelled(channel)}
        entries.append(found)
    return found


def _text(yaml: YAML, document: Any) -> str:
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def write(path: Path, text: str) -> None:
    """Replace a file in one step: whoever reads it meanwhile sees the old one or the new one, whole.

    Raises WorldFailed where it cannot be written.
    """
    try:
        _replace(path, text)
    except OSError as wrong:
        what = f"it cannot be written: {(wrong.strerror or type(wrong).__name__).lower()}"
        raise WorldFailed(str(path), what, "see what is there, and that you may use it") from None


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ends = "\r\n" if path.exists() and b"\r\n" in path.read_bytes() else "\n"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline=ends) as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
