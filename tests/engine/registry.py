"""A real registry on this machine, with images that hold next to nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import yaml

USER, PASSWORD = "puller", "not-a-secret"
HTPASSWD = "puller:$2b$04$xSt9RmpFtRqE6aQiiJjGOuY0aWn7WEVP6GwGT.Rw0GcTzb3reC4wO"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"


@dataclass(frozen=True)
class Registry:
    """A registry that listens on the loopback."""

    url: str
    """Host and port."""
    auth: tuple[str, str] | None = None
    """Whom it lets in; None: everybody."""

    def push(self, repository: str, tag: str, says: str = "") -> str:
        """Push an image that differs from others by what it says, and return its digest."""
        with httpx2.Client(base_url=f"http://{self.url}/v2/{repository}/", auth=self.auth) as client:
            config = self._blob(client, json.dumps({"architecture": "amd64", "os": "linux", "says": says or tag}).encode())
            image = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"mediaType": CONFIG, **config}, "layers": []}
            pushed = client.put(f"manifests/{tag}", content=json.dumps(image), headers={"Content-Type": MANIFEST})
            pushed.raise_for_status()
            return pushed.headers["Docker-Content-Digest"]

    def _blob(self, client: httpx2.Client, content: bytes) -> dict[str, object]:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        place = client.post("blobs/uploads/").raise_for_status().headers["Location"]
        client.put(place, params={**httpx2.URL(place).params, "digest": digest}, content=content).raise_for_status()
        return {"digest": digest, "size": len(content)}


@contextmanager
def serve(
    program: Path, folder: Path, *, is_private: bool = False, auth: dict[str, object] | None = None
) -> Iterator[Registry]:
    """Run a registry that keeps what it has in a folder, until the end of a with block.

    A private one knows USER; `auth` is the configuration of any other way to know people.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "htpasswd").write_text(f"{HTPASSWD}\n")
    known = {"htpasswd": {"realm": "registry", "path": str(folder / "htpasswd")}} if is_private else auth
    closed = {"auth": known} if known else {}
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}},
        "http": {"addr": "127.0.0.1:0"},
        **closed,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [program, "serve", folder / "config.yaml"],
            env=os.environ | {"OTEL_TRACES_EXPORTER": "none"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield Registry(f"127.0.0.1:{_port(process, log)}", (USER, PASSWORD) if is_private else None)
    finally:
        process.terminate()
        process.wait()


def _port(process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(200):
        if found := re.search(r"listening on 127\.0\.0\.1:(\d+)", log.read_text()):
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(f"the registry does not listen: {log.read_text()}")
