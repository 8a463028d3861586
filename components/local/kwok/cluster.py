"""A local cluster, driven through kwokctl."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

_PROGRAMS = {
    "etcd": "--etcd-binary",
    "kube-apiserver": "--kube-apiserver-binary",
    "kube-controller-manager": "--kube-controller-manager-binary",
    "kube-scheduler": "--kube-scheduler-binary",
    "kwok": "--kwok-controller-binary",
}
_WAIT = "120s"
"""How long kwokctl waits for the control plane; four seconds are usual, two busy cores have needed thirty."""


_NODE_PATIENCE = 240
"""Half seconds that nodes may take to get ready. One is usual; after a stop they are first seen to be gone."""
_ATTEMPTS = 3
"""How often a cluster is begun: kwokctl looks for free ports and takes them a moment later."""


class KwokctlError(Exception):
    """kwokctl did not do what it was asked to; the text says which command and what it said."""


@dataclass(frozen=True)
class Cluster:
    """A cluster of that name in that folder, whether it exists or not."""

    name: str
    directory: Path
    """Where kwokctl keeps its clusters."""

    @property
    def exists(self) -> bool:
        """True where kwokctl has begun to make the cluster, finished or not."""
        return self._folder.is_dir()

    @property
    def is_running(self) -> bool:
        """True where something listens on the API server's port."""
        try:
            server = yaml.safe_load(self.kubeconfig())["clusters"][0]["cluster"]["server"]
            address = urlsplit(server)
            with socket.create_connection((address.hostname, address.port), timeout=2):
                return True
        except (OSError, KeyError, IndexError, TypeError, yaml.YAMLError):
            return False

    def create(self, nodes: int) -> None:
        """Make the cluster and its nodes.

        One that is there already is taken over as it is: a state that was lost is no reason to lose a cluster. Only one that
        does not start, as a killed update leaves it behind half-made, is made anew.
        """
        if self.exists:
            try:
                self.ensure(nodes)
            except KwokctlError:
                self.delete()
            else:
                return
        for attempt in range(_ATTEMPTS):
            try:
                self._make(nodes)
            except KwokctlError:
                self.delete()
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def _make(self, nodes: int) -> None:
        found = {flag: path for program, flag in _PROGRAMS.items() if (path := shutil.which(program))}
        # kwokctl fetches what it is not given: right for a user who has only kwokctl
        flags = [f"{flag}={path}" for flag, path in found.items()]
        # without a kubeconfig of its own it would write into the user's
        own = self.directory / f"{self.name}.kubeconfig"
        self.directory.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time():
            self._kwokctl("create", "cluster", "--runtime=binary", f"--kubeconfig={own}", f"--wait={_WAIT}", *flags)
            self.scale(nodes)
            self._await_nodes()

    def ensure(self, nodes: int) -> None:
        """Bring an existing cluster back: start it where its processes are gone, as after a reboot, and set its nodes."""
        if not self.exists:
            self.create(nodes)
            return
        if not self.is_running:
            with _one_at_a_time():
                self._kwokctl("start", "cluster", f"--wait={_WAIT}")
                self._await_nodes()
        self.scale(nodes)

    def scale(self, nodes: int) -> None:
        """Bring the cluster to that many simulated nodes."""
        self._kwokctl("scale", "node", f"--replicas={nodes}")

    def delete(self) -> None:
        """End the cluster's processes and remove all it had; nothing happens where there is none."""
        if self.exists:
            self._kwokctl("delete", "cluster", f"--kubeconfig={self.directory / f'{self.name}.kubeconfig'}")
            shutil.rmtree(self._folder, ignore_errors=True)
        (self.directory / f"{self.name}.kubeconfig").unlink(missing_ok=True)

    def kubeconfig(self) -> str:
        """Return the credentials of the cluster, whole in one text."""
        config = yaml.safe_load((self._folder / "kubeconfig.yaml").read_text())
        for entry in (*(c["cluster"] for c in config["clusters"]), *(u["user"] for u in config["users"])):
            _inline(entry)
        return yaml.safe_dump(config, sort_keys=True)

    def ask(self, path: str) -> str:
        """Return what the API server answers to a path. Raises OSError where it does not."""
        config = yaml.safe_load(self.kubeconfig())
        server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        authority = base64.b64decode(server["certificate-authority-data"]).decode()
        context = ssl.create_default_context(cadata=authority)
        with tempfile.NamedTemporaryFile() as pair:
            for part in ("client-certificate-data", "client-key-data"):
                pair.write(base64.b64decode(user[part]) + b"\n")
            pair.flush()
            context.load_cert_chain(pair.name)
            address = server["server"] + path
            with urllib.request.urlopen(address, context=context, timeout=10) as answer:  # noqa: S310 - kwokctl wrote it
                return str(answer.read().decode())

    def _await_nodes(self) -> None:
        """Wait until every node is ready: kwokctl itself waits for the API server alone."""
        for _ in range(_NODE_PATIENCE):
            self._check_alive()
            try:
                nodes = json.loads(self.ask("/api/v1/nodes"))["items"]
            except OSError:
                nodes = []
            ready = [one for one in nodes for found in one["status"].get("conditions", []) if _is_ready(found)]
            if nodes and len(ready) == len(nodes):
                return
            time.sleep(0.5)
        raise KwokctlError(f"the nodes of cluster {self.name!r} do not become ready; see {self._folder / 'logs'}")

    def _check_alive(self) -> None:
        """Raise KwokctlError where a process of the cluster has ended, as one does whose port was taken meanwhile."""
        for file in sorted((self._folder / "pids").glob("*.pid")):
            try:
                os.kill(int(file.read_text()), 0)
            except (OSError, ValueError):
                log = self._folder / "logs" / f"{file.stem}.log"
                raise KwokctlError(f"{file.stem} of cluster {self.name!r} ended at once; see {log}") from None

    @property
    def _folder(self) -> Path:
        return self.directory / "clusters" / self.name

    def _kwokctl(self, *arguments: str) -> None:
        command = ["kwokctl", *arguments, f"--name={self.name}"]
        with tempfile.TemporaryFile("w+") as said:
            # the cluster must outlive this process and a Ctrl-C in its terminal, and must not hold its pipes
            done = subprocess.run(
                command,
                env=os.environ | {"KWOK_WORKDIR": str(self.directory)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                check=False,
            )
            if done.returncode:
                said.seek(0)
                tail = "\n".join(said.read().splitlines()[-12:])
                raise KwokctlError(f"`{' '.join(command[:3])} --name={self.name}` failed:\n{tail}")


def _is_ready(condition: dict[str, str]) -> bool:
    return condition.get("type") == "Ready" and condition.get("status") == "True"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let nobody else on this machine choose ports until ours are taken."""
    with Path(tempfile.gettempdir(), f"pvn-kwok-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _inline(entry: dict[str, str]) -> None:
    """Replace the paths to certificates by the certificates, so that the kubeconfig works anywhere."""
    for field in ("certificate-authority", "client-certificate", "client-key"):
        if path := entry.pop(field, None):
            entry[f"{field}-data"] = base64.b64encode(Path(path).read_bytes()).decode()
